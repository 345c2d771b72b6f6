"""Everything this program says is one JSON object per line."""

import json
import logging
import sys
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    def format(self, record):
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def request(protocol, action, details):
    """daphne's action logger: a line for each answered request, for each WebSocket that opens and that closes."""
    if details.get("path") == "/healthz" or (protocol, action) not in LOGGED:
        return
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": "info",
        "logger": "request",
        "message": f"{details.get('method', protocol)} {details['path']} {details.get('status', action)}",
        "client": details.get("client"),
    }
    if "time_taken" in details:
        line["ms"] = round(details["time_taken"] * 1000, 1)
    if "size" in details:
        line["bytes"] = details["size"]
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


LOGGED = {("http", "complete"), ("websocket", "connected"), ("websocket", "disconnected"), ("websocket", "rejected")}
