import json
import tempfile
import unittest
from pathlib import Path

from project import connections

COMPLETE = {
    "stack": "staging-pr-42",
    "environment": "staging",
    "secretKey": "signing",
    "hosts": ["pr-42.staging.example.org"],
    "port": 8000,
    "postgres": {"host": "haproxy", "port": 5432, "database": "app", "user": "app", "password": "one"},
    "redisStack": {"host": "redis-stack-1", "port": 6379, "password": "two"},
    "memcached": {"hosts": ["memcached-1:11211"]},
    "minio": {"endpoint": "minio-1:9000", "accessKey": "three", "secretKey": "four", "bucket": "staging-pr-42"},
    "elasticsearch": {"hosts": ["http://e:9200"], "user": "app-staging", "password": "five", "indexPrefix": "staging-pr-42-"},
    "logstash": {"host": "logstash", "port": 8080},
    "drain": {"minSeconds": 5, "maxSeconds": 25},
}


class Connections(unittest.TestCase):
    def load(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "connections")
            path.write_text(text)
            return connections.load(path)

    def test_complete(self):
        self.assertEqual(self.load(json.dumps(COMPLETE)), COMPLETE)

    def test_every_missing_key_is_named_at_once(self):
        broken = {**COMPLETE, "minio": {"endpoint": "minio-1:9000"}}
        del broken["hosts"], broken["logstash"]
        with self.assertRaisesRegex(
            connections.ConnectionsError,
            "lacks hosts, minio.accessKey, minio.secretKey, minio.bucket, logstash.host, logstash.port$",
        ):
            self.load(json.dumps(broken))

    def test_a_broken_file_is_not_quoted(self):
        with self.assertRaises(connections.ConnectionsError) as caught:
            self.load('{"secretKey": "signing"')
        self.assertNotIn("signing", str(caught.exception))

    def test_no_file(self):
        with self.assertRaisesRegex(connections.ConnectionsError, "/nowhere/connections cannot be read: FileNotFoundError"):
            connections.load("/nowhere/connections")

    def test_secrets(self):
        self.assertEqual(connections.secrets(COMPLETE), ["signing", "one", "two", "three", "four", "five"])

    def test_postgres(self):
        wanted = {"host": "haproxy", "port": 5432, "dbname": "app", "user": "app", "password": "one", "prepare_threshold": None}
        self.assertEqual(connections.postgres(COMPLETE), wanted)

    def test_pull_request(self):
        for stack, number in [("staging-pr-42", 42), ("prod-pr-1", 1), ("prod-data", None), ("platform", None), ("qa-pr-0", None)]:
            with self.subTest(stack):
                self.assertEqual(connections.pull_request(stack), number)
