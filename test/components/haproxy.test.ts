import assert from "node:assert/strict";
import { test } from "node:test";
import { haproxyConfig } from "../../src/components/haproxy.ts";

const ports = { patroni: 8008, pgbouncer: 6432, postgresRw: 5432, postgresRo: 5433, haproxyHealth: 8404 };
const pair = (n: number) => ({ postgres: `postgres-${n}`, pgbouncer: `pgbouncer-${n}` });

await test("the pooler of a member is up only while Patroni calls the member the primary", () => {
  const text = haproxyConfig([pair(1)], ports);
  assert.match(text, /backend chk_primary\n(?: .*\n)*? +server m1 postgres-1:8008\n/);
  assert.match(text, /listen rw\n +bind :5432\n(?: .*\n)*? +server b1 pgbouncer-1:6432 track chk_primary\/m1\n/);
});

await test("reads go to replicas, and to the primary where there is none", () => {
  const text = haproxyConfig([pair(1)], ports);
  assert.match(text, /listen ro\n +bind :5433\n(?: .*\n)*? +server b1 pgbouncer-1:6432 track chk_replica\/m1\n/);
  assert.match(text, / +server p1 pgbouncer-1:6432 track chk_primary\/m1 backup\n/);
});

await test("every member gets a line in each section", () => {
  const text = haproxyConfig([pair(1), pair(2), pair(3)], ports);
  assert.equal(text.match(/server m\d postgres-\d:8008/g)?.length, 6);
  assert.equal(text.match(/server [bp]\d pgbouncer-\d:6432 track/g)?.length, 9);
});

await test("it starts before any name exists and follows new addresses within a second", () => {
  const text = haproxyConfig([pair(1)], ports);
  assert.match(text, /default-server resolvers docker .*init-addr none/);
  assert.match(text, /hold valid 1s/);
});
