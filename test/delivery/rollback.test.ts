import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entry } from "../../src/cluster/ledger.ts";
import { Refused } from "../../src/delivery/refused.ts";
import { goal } from "../../src/delivery/rollback.ts";
import { entry } from "./entry.ts";

// Between which generations a rollback goes, above all when something was interrupted before.

function way(...known: readonly Partial<Entry>[]): readonly number[] {
  const entries = known.map((one, index) => entry({ image: `sha256:${one.pr}`, ...one, generation: index + 1 }));
  const { live, from, former } = goal(entries, "prod");
  return [live.generation, from.generation, former.generation];
}

const former = { pr: 41, outcome: "replaced" } as const;
const live = { pr: 42, outcome: "live" } as const;
const going = { pr: 43, outcome: "going" } as const;

test("it goes from what is live to what was live before", () => {
  assert.deepEqual(way(former, live), [2, 2, 1]);
});

test("what was interrupted while users were led to it goes back to what was live, and no further", () => {
  for (const step of ["switch", "verify", "undo"] as const) {
    assert.deepEqual(way(former, live, { ...going, step }), [2, 3, 2]);
    assert.deepEqual(way(live, { ...going, step }), [1, 2, 1]);
  }
});

test("what was interrupted before users saw anything of it is no place to go back from", () => {
  for (const step of ["deploy", "smoke"] as const) {
    assert.deepEqual(way(former, live, { ...going, step }), [2, 2, 1]);
  }
});

test("another image of the live release is seen from its first step on, as it comes up in its place", () => {
  const other = { ...going, pr: 42, image: "sha256:1" };
  for (const step of ["deploy", "smoke", "switch", "undo"] as const) {
    assert.deepEqual(way(former, live, { ...other, step }), [2, 3, 2]);
  }
});

test("what could not be taken back keeps nobody from going back", () => {
  for (const pr of [42, 43]) {
    assert.deepEqual(way(former, live, { ...going, pr, step: "undo", outcome: "failed" }), [2, 2, 1]);
  }
});

test("what was left before the live one came is no longer seen by anybody", () => {
  assert.deepEqual(way(former, { ...going, pr: 42, step: "undo" }, live), [3, 3, 1]);
});

test("a rollback that was interrupted goes on to what it began with", () => {
  const begun = { pr: 41, verb: "rollback", step: "switch", outcome: "going", origin: 1 } as const;
  assert.deepEqual(way({ ...former, outcome: "destroyed" }, live, begun), [2, 2, 3]);
  assert.deepEqual(way({ ...live, outcome: "replaced" }, { ...begun, step: "retire", outcome: "live" }), [2, 2, 2]);
  // One that failed is begun anew, after what was interrupted since.
  const failed = { ...begun, step: "undo" } as const;
  assert.deepEqual(way(former, live, failed), [2, 2, 1]);
  assert.deepEqual(way(former, live, failed, { ...going, step: "switch" }), [2, 4, 2]);
});

test("where there is nothing to go back to it is refused", () => {
  for (const entries of [[], [live], [{ ...going, step: "switch" } as const]]) {
    assert.throws(() => way(...entries), Refused);
  }
});
