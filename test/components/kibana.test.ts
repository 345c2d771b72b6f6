import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { kibanaYaml } from "../../src/components/kibana.ts";

await test("Kibana logs in to Elasticsearch as itself and never as the superuser", () => {
  const file = parse(
    kibanaYaml({
      port: 5601,
      url: "https://kibana.example.org",
      hosts: ["http://elasticsearch-1:9200"],
      user: "kibana-server",
      password: "secret-of-kibana",
      encryptionKey: "k".repeat(40),
    }),
  ) as Record<string, unknown>;
  assert.equal(file["elasticsearch.username"], "kibana-server");
  assert.deepEqual(file["elasticsearch.hosts"], ["http://elasticsearch-1:9200"]);
  assert.equal(file["server.publicBaseUrl"], "https://kibana.example.org");
  assert.equal(file["xpack.encryptedSavedObjects.encryptionKey"], "k".repeat(40));
});
