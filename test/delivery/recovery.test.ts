import assert from "node:assert/strict";
import { test } from "node:test";
import { isStrange, type State } from "../../src/delivery/recovery.ts";
import { type Removable } from "../../src/delivery/removal.ts";

const objects = ["one", "other"].map((id): Removable => ({
  kind: "network",
  id,
  name: id,
  stack: "platform",
  labels: {},
  createdAt: 0,
}));

function network(id: string) {
  return { id, type: "docker:index/network:Network" };
}

const cases: readonly [title: string, state: State, strange: boolean][] = [
  ["an empty one", { resources: null }, true],
  ["one that knows other objects alone", { resources: [network("elsewhere")] }, true],
  ["one that knows an object", { resources: [network("elsewhere"), network("one")] }, false],
  ["that of a first update which died", { resources: [{ id: "1", type: "pulumi:providers:docker" }] }, false],
  ["that of a first update which died at once", { resources: [], pending_operations: [{}] }, false],
];

for (const [title, state, strange] of cases) {
  test(`a state that is ${strange ? "" : "not "}of another Swarm: ${title}`, () => {
    assert.equal(isStrange(objects, state), strange);
  });
}
