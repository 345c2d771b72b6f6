"""daphne with an orderly end.

daphne cancels what it is working on when it gets SIGTERM. Here it goes on serving for minSeconds, in which the proxies learn
that this task is leaving, then takes no new connections, tells the WebSockets to come back elsewhere, and stops when the last request
is answered, at the latest maxSeconds after the signal. Both stand in the connections file below "drain".
"""

import logging
import os
import signal
import time

import django
from daphne.http_protocol import WebRequest
from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import reactor

from project import log, migrate

SERVICE_RESTART = 1012
# Long enough for a database that starts together with this program, short enough to serve without one that is broken.
MIGRATION_HEAD_START = 20
# Connections that wait to be accepted. Twisted's 50 are full when a busy machine stalls this program for a quarter of a second at
# 200 requests a second; the kernel then drops what comes, and a proxy takes this task for dead. Linux allows 4096.
BACKLOG = 1024

logger = logging.getLogger("server")


class DrainingServer(Server):
    def __init__(self, *args, drain, **options):
        super().__init__(*args, **options)
        self.drain_min = drain["minSeconds"]
        self.drain_max = drain["maxSeconds"]
        self.ports = []
        self.drain_started = None

    def run(self):
        # Twisted sets its own handler when it starts.
        reactor.callWhenRunning(lambda: signal.signal(signal.SIGTERM, lambda *_: reactor.callFromThread(self.drain)))
        super().run()

    def listen_success(self, port):
        self.ports.append(port)
        super().listen_success(port)

    def drain(self):
        if self.drain_started is None:
            self.drain_started = time.monotonic()
            logger.info("SIGTERM: serving on for %g s, %d connections", self.drain_min, len(self.connections))
            reactor.callLater(self.drain_min, self.close)

    def close(self):
        for port in self.ports:
            port.stopListening()
        sockets = [p for p in self.connections if isinstance(p, WebSocketProtocol) and p.state == p.STATE_OPEN]
        for protocol in sockets:
            protocol.sendCloseFrame(code=SERVICE_RESTART, reasonUtf8=b"restart")
        logger.info("no new connections, %d WebSockets told to go", len(sockets))
        self.finish()

    def finish(self):
        waited = time.monotonic() - self.drain_started
        running = self.running()
        if running and waited < self.drain_max:
            reactor.callLater(0.1, self.finish)
            return
        logger.info("stopped after %.1f s, %d requests unanswered", waited, running)
        reactor.callLater(0.2, reactor.stop)

    def running(self):
        return sum(is_running(protocol, details) for protocol, details in self.connections.items())


def is_running(protocol, details):
    """Is somebody owed an answer? A request whose body is still on its way has no application yet."""
    if details.get("disconnected"):
        return False
    instance = details.get("application_instance")
    if instance is None:
        return isinstance(protocol, WebRequest) and not protocol.finished
    return not instance.done()


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    from django.conf import settings

    migrated = migrate.start()
    from project.asgi import application

    if not migrated.wait(MIGRATION_HEAD_START):
        logger.warning("serving without a database that is up to date")
    DrainingServer(
        application=application,
        endpoints=[f"tcp:port={settings.CONNECTIONS['port']}:interface=0.0.0.0:backlog={BACKLOG}"],
        action_logger=log.request,
        proxy_forwarded_address_header="X-Forwarded-For",
        proxy_forwarded_proto_header="X-Forwarded-Proto",
        server_name="",
        drain=settings.CONNECTIONS["drain"],
    ).run()


if __name__ == "__main__":
    main()
