import assert from "node:assert/strict";
import { test } from "node:test";
import { type ServiceState, type TaskState, verdict } from "../../src/cluster/verdict.ts";

const changedAt = "2026-01-01T10:00:00.5Z";
const replicated = (replicas: number, update?: ServiceState["UpdateStatus"]): ServiceState => ({
  UpdatedAt: changedAt,
  Spec: { Mode: { Replicated: { Replicas: replicas } } },
  ...(update && { UpdateStatus: update }),
});
const everywhere: ServiceState = { UpdatedAt: changedAt, Spec: { Mode: { Global: {} } } };
const task = (state: string, at = "2026-01-01T10:00:02.25Z", err?: string): TaskState => ({
  DesiredState: ["failed", "rejected", "complete", "shutdown"].includes(state) ? "shutdown" : "running",
  Status: { State: state, Timestamp: at, ...(err !== undefined && { Err: err }) },
});

await test("ready when all replicas of the newest form run", () => {
  assert.deepEqual(verdict(replicated(2), [task("running"), task("running")]), { kind: "ready", running: 2 });
});

await test("ready with no replica when none is wanted", () => {
  assert.equal(verdict(replicated(0), []).kind, "ready");
});

await test("counts replicas, not tasks, where Swarm keeps two for one", () => {
  const inSlot = (slot: number) => ({ ...task("running"), Slot: slot });
  assert.deepEqual(verdict(replicated(1), [inSlot(1), inSlot(1)]), { kind: "ready", running: 1 });
  assert.equal(verdict(replicated(2), [inSlot(1), inSlot(1)]).kind, "waiting");
});

await test("waits while a task starts, and says what it sees", () => {
  const state = verdict(replicated(2), [task("running"), task("starting")]);
  assert.deepEqual(state, { kind: "waiting", running: 1, wanted: 2, state: "running, starting" });
});

await test("waits while Swarm is still updating, though enough tasks run", () => {
  assert.equal(verdict(replicated(1, { State: "updating" }), [task("running")]).kind, "waiting");
});

await test("waits for a global service until a node has a task", () => {
  assert.equal(verdict(everywhere, []).kind, "waiting");
  assert.equal(verdict(everywhere, [task("running")]).kind, "ready");
});

const ofForm = (form: string, state: string): ServiceState => {
  const service = replicated(1, { State: state, Message: state.replace("_", " ") });
  return { ...service, Spec: { ...service.Spec, Labels: { "studygiveway.form": form } } };
};

await test("a rollback is a failure, though the old form runs", () => {
  const tasks = [task("running"), task("failed", undefined, "task: non-zero exit (1)")];
  assert.deepEqual(verdict(ofForm("old", "rollback_completed"), tasks, "new"), {
    kind: "failed",
    reason: "update rollback_completed: rollback completed: task: non-zero exit (1)",
  });
});

await test("waits on the way back until a task has told what was wrong", () => {
  const back = ofForm("old", "rollback_started");
  assert.equal(verdict(back, [task("shutdown")], "new").kind, "waiting");
  assert.equal(verdict(back, [task("rejected", undefined, "No such image: nowhere:1")], "new").kind, "failed");
  assert.equal(verdict(ofForm("old", "rollback_completed"), [task("shutdown")], "new").kind, "failed");
});

await test("ready after a rollback to what is asked for now, once it is complete", () => {
  assert.equal(verdict(ofForm("old", "rollback_completed"), [task("running")], "old").kind, "ready");
  assert.equal(verdict(ofForm("old", "rollback_started"), [task("running")], "old").kind, "waiting");
});

await test("names the task that failed, once it has written anything", () => {
  const ran = { ...task("failed"), ID: "t1" };
  const state = (one: TaskState) => verdict(replicated(1, { State: "paused" }), [task("running"), one]);
  assert.equal("task" in state(ran), false);
  const withContainer = { ...ran, Status: { ...ran.Status, ContainerStatus: { ContainerID: "c1" } } };
  assert.deepEqual(state(withContainer), { kind: "failed", reason: "update paused: failed", task: "t1" });
});

await test("three failures of the newest form are hopeless; the newest error is told", () => {
  const tasks = [
    task("failed", "2026-01-01T10:00:01Z", "first"),
    task("rejected", "2026-01-01T10:00:03Z", "No such image: nowhere:1"),
    task("failed", "2026-01-01T10:00:02Z", "second"),
  ];
  assert.deepEqual(verdict(replicated(1), tasks), {
    kind: "failed",
    reason: "3 tasks failed: No such image: nowhere:1",
  });
});

await test("a service that ends again and again fails, even with exit code 0", () => {
  assert.equal(verdict(replicated(1), [task("complete"), task("complete"), task("complete")]).kind, "failed");
});

await test("failures from before the last change do not count", () => {
  const old = "2026-01-01T09:59:59Z";
  assert.equal(verdict(replicated(1), [task("failed", old), task("failed", old), task("failed", old)]).kind, "waiting");
});

await test("a service that recovered is ready in spite of its history", () => {
  const tasks = [task("failed"), task("failed"), task("failed"), task("running")];
  assert.equal(verdict(replicated(1), tasks).kind, "ready");
});

await test("says why a task cannot be placed", () => {
  const state = verdict(replicated(1), [task("pending", undefined, "no suitable node")]);
  assert.equal(state.kind === "waiting" && state.state, "pending, no suitable node");
});
