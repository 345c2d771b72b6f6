import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { planOf } from "./plan.ts";
import { Tally } from "./tally.ts";

const plan = planOf({ host: "studygiveway.test" });
const [old, next] = ["prod-pr-1.1", "prod-pr-2.2"];

test("each that was sent counts once, by its first verdict", () => {
  const tally = new Tally(0);
  const settle = tally.send("get", 0);
  assert.equal(tally.pending, 1);
  assert.equal(settle({ lost: "status 503", release: old, at: 10 }), true);
  assert.equal(settle({ release: old, at: 20 }), false);
  assert.equal(tally.send("get", 500)({ release: old, at: 502 }), true);
  assert.equal(tally.send("echo", 1500)({ lost: "timeout" }), true);
  for (const milliseconds of [12, 7]) tally.delay(1500, milliseconds);
  const result = tally.result(plan, 0);
  assert.deepEqual([result.sent, result.ok, result.lost, result.requests], [3, 1, 2, 2]);
  assert.deepEqual(result.subjects.get, {
    sent: 2,
    ok: 1,
    lost: 1,
    reasons: { "status 503": 1 },
    p50Ms: 2,
    p99Ms: 2,
    maxMs: 2,
  });
  assert.deepEqual(result.subjects.echo.reasons, { timeout: 1 });
  assert.deepEqual(result.losses, [
    { subject: "get", reason: "status 503", release: old, due: 0 },
    { subject: "echo", reason: "timeout", release: "none", due: 1500 },
  ]);
  assert.deepEqual(result.timeline, { sent: [2, 1], lost: [1, 1], behindMs: [0, 12] });
  assert.equal(result.behindMs, 12);
});

test("there is no result while one is under way", () => {
  const tally = new Tally();
  tally.send("get");
  assert.throws(() => tally.result(plan, 0), /of 1 that were sent 0 are ok, 0 lost and 1 open/);
});

test("the wait for the last answers is no part of the time of sending", async () => {
  const tally = new Tally();
  const settle = tally.send("postSlow");
  await sleep(50);
  settle({ release: old });
  const { seconds, sendingSeconds } = tally.result(plan, 0);
  assert.ok(seconds - sendingSeconds >= 0.045, `${seconds} s, of which ${sendingSeconds} s of sending`);
});

test("who answered, and when another began to", () => {
  const tally = new Tally(0);
  const answers = [
    [10, old],
    [20, old],
    [30, next],
    [40, old],
    [50, next],
    [60, next],
  ] as const;
  for (const [at, release] of answers) tally.send("get", at - 5)({ release, at });
  // Asked long before the switch.
  tally.send("slow", 0)({ release: old, at: 2000 });
  tally.send("post", 60)({ at: 61 });
  for (const subject of ["socket", "echo"] as const) tally.send(subject, 70)({ at: 71 });
  const { releases, changes } = tally.result(plan, 0);
  assert.deepEqual(releases, {
    [old]: { answers: 4, firstAnswer: 10, lastAnswer: 2000 },
    [next]: { answers: 3, firstAnswer: 30, lastAnswer: 60 },
    none: { answers: 1, firstAnswer: 61, lastAnswer: 61 },
  });
  assert.deepEqual(changes, [
    { at: 30, from: old, to: next },
    { at: 40, from: next, to: old },
    { at: 50, from: old, to: next },
    { at: 61, from: next, to: "none" },
  ]);
  assert.equal(tally.counters().release, "none");
});

test("latencies count from the moment a request was due", () => {
  const tally = new Tally(0);
  for (let index = 1; index <= 100; index++) tally.send("get", 1000)({ at: 1000 + index });
  const { p50Ms, p99Ms, maxMs } = tally.result(plan, 0).subjects.get;
  assert.deepEqual([p50Ms, p99Ms, maxMs], [50, 99, 100]);
});
