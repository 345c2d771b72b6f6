import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { bcryptHash, derived } from "../../src/docker/credential.ts";
import { fileOf, registrations, settingsOf } from "../registrations.ts";

const rows = await registrations(settingsOf("platform"));
const linesOf = (name: string) => fileOf(rows, name).trimEnd().split("\n");

await test("each user of Elasticsearch has its own role, and none is a superuser", () => {
  assert.deepEqual(linesOf("elasticsearch-1-users_roles"), [
    "log-writer:logstash",
    "log-keeper:log-keeper",
    "kibana_system:kibana-server",
    "kibana_admin:admin",
    "log-reader:admin",
    "app-staging:app-staging",
    "app-qa:app-qa",
    "app-prod:app-prod",
  ]);
  // That is the built-in one, who stands in no file.
  assert.ok(!linesOf("elasticsearch-1-users").some((line) => line.startsWith("elastic:")));
});

await test("Kibana logs in as the user of Kibana", () => {
  const file = parse(fileOf(rows, "kibana-kibana.yml")) as Record<string, string>;
  const password = "generated-kibanaPassword";
  assert.deepEqual([file["elasticsearch.username"], file["elasticsearch.password"]], ["kibana-server", password]);
  assert.ok(linesOf("elasticsearch-1-users").includes(`kibana-server:${bcryptHash("kibana-server", password)}`));
});

await test("each environment's application has a password of its own", () => {
  const users = linesOf("elasticsearch-1-users");
  for (const environment of ["staging", "qa", "prod"]) {
    const [name, password] = [`app-${environment}`, derived("generated-appElasticsearchPassword", environment)];
    assert.ok(users.includes(`${name}:${bcryptHash(name, password)}`), name);
  }
});
