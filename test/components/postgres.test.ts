import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { patroniYaml } from "../../src/components/postgres/patroni.ts";

const file = (members: string[]) =>
  parse(patroniYaml(members, { postgres: 5432, patroni: 8008, etcd: 2379 })) as Patroni;

interface Patroni {
  restapi: { listen: string };
  etcd3: { hosts: string[] };
  bootstrap: { dcs: { ttl: number; loop_wait: number; retry_timeout: number; synchronous_mode: boolean } };
  postgresql: { listen: string; pg_hba: string[]; parameters: Record<string, unknown> };
}

await test("Patroni finds every member of etcd", () => {
  assert.deepEqual(file(["etcd-1", "etcd-2"]).etcd3.hosts, ["etcd-1:2379", "etcd-2:2379"]);
});

await test("it listens on the ports of the settings", () => {
  const { restapi, postgresql } = file(["etcd-1"]);
  assert.equal(restapi.listen, "0.0.0.0:8008");
  assert.equal(postgresql.listen, "0.0.0.0:5432");
});

await test("the times keep Patroni's sum rule", () => {
  const { ttl, loop_wait, retry_timeout } = file(["etcd-1"]).bootstrap.dcs;
  assert.ok(loop_wait + 2 * retry_timeout <= ttl);
});

await test("the superuser can log in from the member itself only", () => {
  const rows = file(["etcd-1"]).postgresql.pg_hba.map((row) => row.split(/ +/));
  const first = rows.find(([, , user]) => user === "postgres");
  assert.deepEqual(first, ["local", "all", "postgres", "peer"]);
  const remote = rows.filter(([kind, , user]) => kind === "host" && user === "postgres");
  assert.deepEqual(remote, [["host", "all", "postgres", "127.0.0.1/32", "scram-sha-256"]]);
});

await test("a member with new passwords can become primary, which alone takes them over", () => {
  const rows = file(["etcd-1"]).postgresql.pg_hba.map((row) => row.split(/ +/).join(" "));
  assert.ok(rows.includes("local replication replicator peer map=patroni"));
});

await test("no password stands in the file", () => {
  assert.doesNotMatch(patroniYaml(["etcd-1"], { postgres: 5432, patroni: 8008, etcd: 2379 }), /password:/);
});
