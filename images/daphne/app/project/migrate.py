"""Brings the schema up to date once, however many replicas start at the same time."""

import logging
import os
import threading
import time

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection

from project.connections import postgres

log = logging.getLogger("migrate")
LOCK = 0x57475741


def migrate():
    # Through PgBouncer a session has no server of its own, so the lock has to be one of an open transaction; and since the
    # migrations commit theirs, it is held on a connection beside them.
    with psycopg.connect(**postgres(settings.CONNECTIONS), connect_timeout=3) as guard:
        guard.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        call_command("migrate", verbosity=0, interactive=False)
    connection.close()


def until_done(done):
    waiting = None
    while True:
        try:
            migrate()
        except (psycopg.OperationalError, OperationalError) as error:
            connection.close()
            if waiting is None or time.monotonic() - waiting > 10:
                waiting = time.monotonic()
                log.warning("waiting for the database: %s", str(error).strip().splitlines()[-1])
            time.sleep(0.3)
        except BaseException:
            # This code does not fit this database: better no new release than one that answers with errors.
            log.exception("the migrations fail")
            os._exit(1)
        else:
            log.info("the database is up to date")
            done.set()
            return


def start():
    """Returns an event that is set as soon as the schema is the one of this code."""
    done = threading.Event()
    threading.Thread(target=until_done, args=[done], daemon=True, name="migrate").start()
    return done
