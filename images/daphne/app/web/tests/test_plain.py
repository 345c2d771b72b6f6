import asyncio
import json
import unittest

from web.plain import plain


def answer(path, query="", method="GET"):
    """The two messages that make up an answer; 299 by the application behind."""
    sent = []

    async def behind(scope, receive, send):
        await send({"status": 299})
        await send({"body": b""})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
    asyncio.run(plain(behind)(scope, None, send))
    return sent


def ask(*args, **request):
    """Status and body."""
    start, body = answer(*args, **request)
    return start["status"], body["body"]


class Plain(unittest.TestCase):
    def test_health(self):
        self.assertEqual(ask("/healthz"), (200, b"ok\n"))

    def test_waits_as_long_as_asked(self):
        status, body = ask("/wait", "seconds=0.01")
        self.assertEqual((status, json.loads(body)), (200, {"seconds": 0.01}))

    def test_what_cannot_be_waited_is_refused(self):
        for query in ["", "seconds=", "seconds=11", "seconds=two", "second=1"]:
            with self.subTest(query):
                self.assertEqual(ask("/wait", query)[0], 400)
        self.assertEqual(ask("/wait", "seconds=0", method="POST")[0], 405)

    def test_says_what_Django_says_beside_an_answer(self):
        headers = dict(answer("/wait", "seconds=0", method="POST")[0]["headers"])
        self.assertEqual(headers[b"Allow"], b"GET")
        self.assertEqual(headers[b"X-Frame-Options"], b"DENY")

    def test_all_else_is_handed_on(self):
        for path in ["/", "/healthz/", "/wait/", "/readyz"]:
            with self.subTest(path):
                self.assertEqual(ask(path)[0], 299)
