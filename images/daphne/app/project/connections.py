"""The one secret file that says who this release is and where its backing services are."""

import json
import os
import re
from pathlib import Path

SECTIONS = {
    "postgres": ("host", "port", "database", "user", "password"),
    "redisStack": ("host", "port", "password"),
    "memcached": ("hosts",),
    "minio": ("endpoint", "accessKey", "secretKey", "bucket"),
    "elasticsearch": ("hosts", "user", "password", "indexPrefix"),
    "logstash": ("host", "port"),
    "drain": ("minSeconds", "maxSeconds"),
}
PLAIN = ("stack", "environment", "secretKey", "hosts", "port")
SECRETS = ("password", "accessKey", "secretKey")


class ConnectionsError(Exception):
    pass


def load(path=None):
    path = Path(path or os.environ.get("CONNECTIONS_FILE", "/run/secrets/connections"))
    try:
        connections = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        # The text of a JSON error may quote the file.
        raise ConnectionsError(f"{path} cannot be read: {type(error).__name__}") from None
    missing = [key for key in PLAIN if key not in connections]
    missing += [f"{name}.{key}" for name, keys in SECTIONS.items() for key in keys if key not in connections.get(name, {})]
    if missing:
        raise ConnectionsError(f"{path} lacks {', '.join(missing)}")
    return connections


def pull_request(stack):
    """The number in staging-pr-42, or None for a stack that is no release."""
    match = re.fullmatch(r".+-pr-([1-9][0-9]*)", stack)
    return int(match[1]) if match else None


def secrets(connections):
    values = [connections["secretKey"]]
    values += [connections[name][key] for name, keys in SECTIONS.items() for key in keys if key in SECRETS]
    return [value for value in values if value]


def postgres(connections):
    """What psycopg is told to reach the database behind PgBouncer, which keeps no prepared statement for a session."""
    to = connections["postgres"]
    return {
        "host": to["host"],
        "port": to["port"],
        "dbname": to["database"],
        "user": to["user"],
        "password": to["password"],
        "prepare_threshold": None,
    }
