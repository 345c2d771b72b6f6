import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionsJson } from "../../src/components/daphne.ts";

const connections = {
  postgres: { host: "haproxy", port: 5432, roPort: 5433, database: "app", user: "app", password: "of-postgres" },
  redisStack: { host: "redis-stack-1", port: 6379, password: "of-redis" },
  memcached: { hosts: ["memcached-1:11211"] },
  minio: { endpoint: "minio-1:9000", accessKey: "key", secretKey: "of-minio", bucket: "staging-pr-7" },
  elasticsearch: {
    ...{ hosts: ["http://elasticsearch-1:9200"], user: "app-staging", password: "of-elasticsearch" },
    indexPrefix: "staging-pr-7-",
  },
  logstash: { host: "logstash", port: 8080 },
};

await test("the application is told who it is, how it may end, and all it talks to", () => {
  const own = { stack: "staging-pr-7", environment: "staging", secretKey: "of-django", hosts: ["pr-7.staging.test"] };
  const file = connectionsJson({ ...own, port: 8000, connections });
  assert.deepEqual(JSON.parse(file), {
    ...own,
    port: 8000,
    drain: { minSeconds: 5, maxSeconds: 25 },
    ...connections,
  });
});
