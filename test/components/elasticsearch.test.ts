import assert from "node:assert/strict";
import { test } from "node:test";
import bcrypt from "bcryptjs";
import { parse } from "yaml";
import { elasticsearchYaml, heapOptions } from "../../src/components/elasticsearch/index.ts";
import { rolesYaml, usersFile, usersRolesFile } from "../../src/components/elasticsearch/users.ts";
import { bcryptHash, derived } from "../../src/docker/credential.ts";
import { registrations, settingsOf } from "../registrations.ts";

interface Role {
  indices: { names: string[]; privileges: string[] }[];
}

await test("security is on and the node is alone", () => {
  const file = parse(
    elasticsearchYaml("elasticsearch-1", { elasticsearch: 9200, elasticsearchTransport: 9300 }),
  ) as Record<string, unknown>;
  assert.equal(file["xpack.security.enabled"], true);
  assert.equal(file["discovery.type"], "single-node");
  assert.equal(file["cluster.routing.allocation.disk.watermark.flood_stage"], "1gb");
  assert.equal(file["node.name"], "elasticsearch-1");
});

await test("an environment's app reaches the indices of its environment and no others", () => {
  const roles = parse(rolesYaml()) as Record<string, Role>;
  for (const environment of ["staging", "qa", "prod"]) {
    assert.deepEqual(
      roles[`app-${environment}`]?.indices.flatMap(({ names }) => names),
      [`${environment}-*`],
    );
  }
});

await test("who writes logs cannot read them, and who reads cannot write", () => {
  const roles = parse(rolesYaml()) as Record<string, Role>;
  assert.deepEqual(roles["log-writer"]?.indices[0]?.privileges, ["create_index", "create", "write"]);
  assert.deepEqual(roles["log-reader"]?.indices[0]?.privileges, ["read", "view_index_metadata"]);
});

await test("users_roles lists each role once with all its users", () => {
  const text = usersRolesFile([
    { name: "a", password: "", roles: ["x", "y"] },
    { name: "b", password: "", roles: ["x"] },
  ]);
  assert.equal(text, "x:a,b\ny:a\n");
});

await test("users has a line for each, with the hash of the password", async () => {
  const users = ["a", "b"].map((name) => ({ name, password: `password-of-${name}`, roles: [] }));
  const text = await new Promise<string>((resolve) => usersFile(users).apply(resolve));
  assert.equal(text, users.map(({ name, password }) => `${name}:${bcryptHash(name, password)}\n`).join(""));
});

await test("logs are kept as many days as the setting says", async () => {
  const rows = await registrations(settingsOf("platform", { variables: { LOG_RETENTION_DAYS: "3" } }));
  const service = rows.find(({ type, name }) => type.endsWith(":Service") && name === "elasticsearch-1");
  const { taskSpec } = service?.inputs as { taskSpec: { containerSpec: { env: Record<string, string> } } };
  assert.equal(taskSpec.containerSpec.env["LOG_RETENTION_DAYS"], "3");
});

await test("half of the memory is heap", () => {
  assert.equal(heapOptions(2048), "-Xms1024m -Xmx1024m");
});

await test("the hash of a password is the same every time and fits the password alone", () => {
  const hash = bcryptHash("admin", "correct-horse-battery");
  assert.equal(hash, bcryptHash("admin", "correct-horse-battery"));
  assert.notEqual(hash, bcryptHash("other", "correct-horse-battery"));
  assert.ok(bcrypt.compareSync("correct-horse-battery", hash));
  assert.ok(!bcrypt.compareSync("wrong-horse-battery", hash));
});

await test("derived passwords differ by purpose", () => {
  assert.notEqual(derived("a-password", "staging"), derived("a-password", "prod"));
  assert.equal(derived("a-password", "qa"), derived("a-password", "qa"));
});
