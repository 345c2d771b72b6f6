import assert from "node:assert/strict";
import { test } from "node:test";
import { etcdFlags } from "../../src/components/etcd.ts";

await test("a member knows itself and all its peers by name", () => {
  const flags = etcdFlags("etcd-2", ["etcd-1", "etcd-2", "etcd-3"], { etcd: 2379, etcdPeer: 2380 });
  assert.ok(flags.includes("--name=etcd-2"));
  assert.ok(flags.includes("--advertise-client-urls=http://etcd-2:2379"));
  assert.ok(
    flags.includes("--initial-cluster=etcd-1=http://etcd-1:2380,etcd-2=http://etcd-2:2380,etcd-3=http://etcd-3:2380"),
  );
});
