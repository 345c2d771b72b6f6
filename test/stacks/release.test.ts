import assert from "node:assert/strict";
import { test } from "node:test";
import { type Connections } from "../../src/outputs.ts";
import { fileOf, registrations, settingsOf } from "../registrations.ts";

interface ConnectionsFile extends Connections {
  readonly stack: string;
  readonly environment: string;
  readonly secretKey: string;
}

async function connectionsOf(stack: string): Promise<ConnectionsFile> {
  return JSON.parse(fileOf(await registrations(settingsOf(stack)), "daphne-connections")) as ConnectionsFile;
}

// PROD's data outlives its releases, and is named after its owner.
for (const [environment, owner] of [
  ["staging", "staging-pr-7"],
  ["qa", "qa-pr-7"],
  ["prod", "prod-data"],
] as const) {
  const stack = `${environment}-pr-7`;

  await test(`the application of ${stack} logs in to Elasticsearch as the user of its environment`, async () => {
    const { elasticsearch, ...file } = await connectionsOf(stack);
    assert.deepEqual([file.stack, file.environment], [stack, environment]);
    assert.deepEqual(elasticsearch, {
      hosts: ["http://elasticsearch-1:9200"],
      user: `app-${environment}`,
      password: `${environment}-password`,
      indexPrefix: `${owner}-`,
    });
  });

  await test(`the application of ${stack} reaches its database through HAProxy, and its own data alone`, async () => {
    const { postgres, redisStack, memcached, minio, logstash } = await connectionsOf(stack);
    const own = owner === stack;
    assert.deepEqual(postgres, {
      ...{ host: "haproxy", port: 5432, roPort: 5433, database: "app", user: "app" },
      password: own ? "generated-postgresAppPassword" : "postgres-password",
    });
    assert.deepEqual(redisStack, {
      ...{ host: "redis-stack-1", port: 6379 },
      password: own ? "generated-redisStackPassword" : "redis-password",
    });
    assert.deepEqual(memcached, { hosts: ["memcached-1:11211"] });
    assert.deepEqual([minio.endpoint, minio.bucket], ["minio-1:9000", owner]);
    assert.deepEqual(logstash, { host: "logstash", port: 8080 });
  });

  await test(`the application of ${stack} signs with a key that lives as long as its data`, async () => {
    const { secretKey } = await connectionsOf(stack);
    assert.equal(secretKey, owner === stack ? "generated-djangoSecretKey" : "the-key-of-the-data-tier");
  });
}
