"""One check for each backing service, each doing what the application would do there."""

import asyncio
import io
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import urllib3
from django.conf import settings
from minio import Minio
from minio.error import S3Error
from pymemcache.client.base import Client as Memcached
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from project.connections import secrets
from web import database
from web.failure import describe

LIMIT = 2.0

CONNECTIONS = settings.CONNECTIONS
SECRETS = secrets(CONNECTIONS)
KEY = f"{settings.STACK}:readiness:{settings.HOST}"
http = urllib3.PoolManager(timeout=urllib3.Timeout(total=LIMIT), retries=False, maxsize=4)
# As many as there are checks that block, twice: those of before may still be waiting for their own timeout.
threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="check")


class Unexpected(Exception):
    pass


def expect(answer, wanted):
    if answer != wanted:
        raise Unexpected(f"read {answer!r} after writing {wanted!r}")


async def postgres():
    (is_recovering,) = await database.fetch(
        "INSERT INTO web_probe (id, checked_at) VALUES (1, now())"
        " ON CONFLICT (id) DO UPDATE SET checked_at = now() RETURNING pg_is_in_recovery()"
    )
    expect(is_recovering, False)


def minio():
    to = CONNECTIONS["minio"]
    client = Minio(
        to["endpoint"], to["accessKey"], to["secretKey"], secure=False, region="us-east-1", http_client=http
    )
    # It stays there: of two checks at a time, one would remove what the other is about to read.
    name, content = f"readiness/{settings.HOST}", b"ready"

    def put():
        client.put_object(to["bucket"], name, io.BytesIO(content), len(content))

    try:
        put()
    except S3Error as error:
        if error.code != "NoSuchBucket":
            raise
        try:
            client.make_bucket(to["bucket"])
        except S3Error as error:
            if error.code != "BucketAlreadyOwnedByYou":  # made by another replica at this moment
                raise
        put()
    answer = client.get_object(to["bucket"], name)
    try:
        expect(answer.read(), content)
    finally:
        answer.close()
        answer.release_conn()


async def redis_stack():
    to = CONNECTIONS["redisStack"]
    client = Redis(host=to["host"], port=to["port"], password=to["password"], retry=Retry(NoBackoff(), 0))
    try:
        await client.execute_command("JSON.SET", KEY, "$", '"ready"')
        expect(json.loads(await client.execute_command("JSON.GET", KEY)), "ready")
        await client.expire(KEY, 60)
    finally:
        await client.aclose()


def memcached():
    for server in CONNECTIONS["memcached"]["hosts"]:
        client = Memcached(server, connect_timeout=LIMIT, timeout=LIMIT)
        try:
            client.set(KEY, b"ready", expire=60, noreply=False)
            expect(client.get(KEY), b"ready")
        finally:
            client.close()


def elasticsearch():
    to = CONNECTIONS["elasticsearch"]
    for position, host in enumerate(to["hosts"], 1):
        try:
            return index_and_search(host, to)
        except urllib3.exceptions.HTTPError:
            if position == len(to["hosts"]):
                raise


def index_and_search(host, to):
    index = f"{host}/{to['indexPrefix']}readiness"
    headers = urllib3.make_headers(basic_auth=f"{to['user']}:{to['password']}")
    document = {"@timestamp": datetime.now(UTC).isoformat(), "stack": settings.STACK}
    answer = http.request("PUT", f"{index}/_doc/1?refresh=true", json=document, headers=headers)
    if answer.status not in (200, 201):
        raise Unexpected(f"index: HTTP {answer.status}")
    answer = http.request("POST", f"{index}/_search", json={"query": {"ids": {"values": ["1"]}}}, headers=headers)
    if answer.status != 200:
        raise Unexpected(f"search: HTTP {answer.status}")
    expect(len(answer.json()["hits"]["hits"]), 1)


def logstash():
    to = CONNECTIONS["logstash"]
    event = {
        "@timestamp": datetime.now(UTC).isoformat(),
        "message": "readiness check",
        "stack": settings.STACK,
        "environment": settings.ENVIRONMENT,
        "service": "daphne",
        "host": {"name": settings.HOST},
    }
    answer = http.request("POST", f"http://{to['host']}:{to['port']}/", json=event)
    if answer.status != 200:
        raise Unexpected(f"HTTP {answer.status}")


CHECKS = {
    "postgres": postgres,
    "minio": minio,
    "redis-stack": redis_stack,
    "memcached": memcached,
    "elasticsearch": elasticsearch,
    "logstash": logstash,
}


async def run(name, check):
    started = time.perf_counter()
    error = None
    try:
        async with asyncio.timeout(LIMIT):
            if asyncio.iscoroutinefunction(check):
                await check()
            else:
                await asyncio.get_running_loop().run_in_executor(threads, check)
    except TimeoutError:
        error = f"TimeoutError: no answer within {LIMIT:g} s"
    except Exception as failure:
        error = describe(failure, SECRETS)
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    return {"name": name, "ok": error is None, "ms": milliseconds, "error": error}


async def run_all(checks=CHECKS):
    results = await asyncio.gather(*(run(name, check) for name, check in checks.items()))
    return {"ok": all(result["ok"] for result in results), "checks": results}
