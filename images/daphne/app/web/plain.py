"""Answers that need nothing of Django, which gives each request a thread: three quarters of what such an answer costs."""

import asyncio
import json
from urllib.parse import parse_qs

from web import pause
from web.headers import GUARDS


async def healthz(scope):
    """This program answers. Whoever asks knows only its address, so any Host will do."""
    return 200, {"Content-Type": "text/plain"}, "ok\n"


async def wait(scope):
    """GET ?seconds=2: answers after that time, 0 to 10 s. A release that is replaced meanwhile proves that it drains."""
    if scope["method"] != "GET":
        return told(405, {"error": "method: expected GET"}, Allow="GET")
    given = parse_qs(scope["query_string"].decode("latin-1")).get("seconds", [""])[-1]
    seconds = pause.seconds(given)
    if seconds is None:
        return told(400, {"error": f"seconds: expected a number from 0 to {pause.LONGEST}"})
    await asyncio.sleep(seconds)
    return told(200, {"seconds": seconds})


def told(status, what, **headers):
    return status, {"Content-Type": "application/json", **headers}, json.dumps(what)


VIEWS = {"/healthz": healthz, "/wait": wait}


def plain(application):
    """Answers for these paths itself, and hands all else on."""

    async def answer(scope, receive, send):
        view = VIEWS.get(scope["path"])
        if view is None:
            await application(scope, receive, send)
            return
        status, headers, text = await view(scope)
        body = text.encode()
        headers = {**headers, **GUARDS, "Content-Length": str(len(body))}
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body})

    return answer
