import assert from "node:assert/strict";
import { test } from "node:test";
import { passFile, serversJson, storageFolder } from "../../src/components/pgadmin.ts";

await test("pgAdmin has the database in its list, without its password", () => {
  const text = serversJson({
    host: "haproxy",
    port: 5432,
    roPort: 5433,
    database: "app",
    user: "app",
    password: "x".repeat(20),
  });
  const { Servers } = JSON.parse(text) as { Servers: Record<string, Record<string, unknown>> };
  assert.equal(Servers["1"]?.Host, "haproxy");
  assert.equal(Servers["1"].Port, 5432);
  assert.equal(Servers["1"].Username, "app");
  assert.ok(!text.includes("xxxx"));
});

await test("a colon in the password does not end the field of the password file", () => {
  const postgres = { host: "haproxy", port: 5432, roPort: 5433, database: "app", user: "app", password: "" };
  assert.equal(passFile(postgres, "a:b\\c"), "haproxy:5432:*:app:a\\:b\\\\c\n");
});

await test("a user's folder is named as pgAdmin names it", () => {
  assert.equal(storageFolder("admin@example.org"), "admin_example.org");
});
