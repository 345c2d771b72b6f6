import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entry, readLedger } from "../../../src/cluster/ledger.ts";
import { readObjects } from "../../../src/cluster/objects.ts";
import { type Engine } from "../../../src/cluster/engine.ts";
import { type Context } from "../../../src/delivery/context.ts";
import { collect } from "../../../src/delivery/gc/collect.ts";
import { planCollection } from "../../../src/delivery/gc/plan.ts";
import { thisHolder } from "../../../src/delivery/holder.ts";
import { HeldLease } from "../../../src/delivery/held-lease.ts";
import { readLeases } from "../../../src/delivery/lease.ts";
import { type Answers, engineOf, ownership, serviceAnswer, storedAnswer } from "../../cluster/engine-answers.ts";
import { entryOf, ledgerAnswer } from "../ledger-answers.ts";
import { Swarm } from "../swarm.ts";
import { policies, summaryOf, worldOf } from "./worlds.ts";

const silent = {
  say: () => undefined,
  step: async <T>(_: string, work: (say: () => void) => Promise<{ value: T }>) => (await work(() => undefined)).value,
};

/** An Engine with these objects, whose configs are those of a Swarm: leases and ledger can be written. */
function cluster(answers: Answers, names: readonly string[] = []) {
  const { engine: fixed, removed } = engineOf(answers);
  const swarm = new Swarm();
  const known = new Set(names);
  const destroyed: string[] = [];
  const engine: Engine = Object.assign(fixed, swarm.engine);
  const workspace = {
    exists: (stack: string) => Promise.resolve(known.has(stack)),
    exportState: () => Promise.resolve({ deployment: { resources: [{ id: "staging-pr-7.daphne" }] } }),
    forgetPending: () => Promise.resolve(),
    destroy: (stack: string) => {
      destroyed.push(stack);
      return Promise.resolve("1 deleted");
    },
  };
  const context = {
    engine,
    workspace,
    holder: thisHolder(),
    progress: silent,
    interrupted: new AbortController().signal,
  } as unknown as Context;
  const read = async () =>
    worldOf({
      objects: await readObjects(engine),
      stacks: names.map((name) => summaryOf(name)),
      ledger: await readLedger(engine),
      leases: await readLeases(engine),
      openPullRequests: new Set([8]),
      policy: policies,
    });
  return { context, engine, removed, destroyed, read };
}

function record(engine: Engine, entry: Entry): Promise<unknown> {
  return engine.createConfig(ledgerAnswer(entry).Spec);
}

const stack = "staging-pr-7";
const preview: Answers = {
  services: [serviceAnswer(stack, "daphne")],
  secrets: [storedAnswer("daphne-connections-1", ownership(stack, "daphne"))],
  volumes: [{ Name: `${stack}-postgres-1`, Labels: ownership(stack), Mountpoint: "/" }],
};

await test("a stack of the backend is destroyed by it, and what is left is removed by id, but no volume", async () => {
  const { context, removed, destroyed, read } = cluster(preview, [stack]);
  const { doomed } = planCollection(await read());
  const collected = await collect(context, doomed, read);
  assert.deepEqual(
    collected.map(({ name, outcome }) => [name, outcome]),
    [[stack, "removed"]],
  );
  assert.deepEqual(destroyed, [stack]);
  assert.deepEqual([...new Set(removed)].sort(), ["secret id-daphne-connections-1", "service staging-pr-7.daphne"]);
});

await test("an orphan is removed by id, without the backend", async () => {
  const { context, removed, destroyed, read } = cluster(preview);
  const collected = await collect(context, planCollection(await read()).doomed, read);
  assert.deepEqual(
    collected.map(({ outcome }) => outcome),
    ["removed"],
  );
  assert.deepEqual(destroyed, []);
  assert.ok(removed.includes("service staging-pr-7.daphne"));
  assert.ok(!removed.some((one) => one.startsWith("volume")));
});

await test("the lease is given back", async () => {
  const { context, engine, read } = cluster(preview, [stack]);
  await collect(context, planCollection(await read()).doomed, read);
  assert.deepEqual(await readLeases(engine), []);
});

await test("what became live between the plan and the removal stays", async () => {
  const { context, engine, removed, destroyed, read } = cluster(preview, [stack]);
  const { doomed } = planCollection(await read());
  await record(engine, entryOf({ environment: "staging", pr: 7 }));
  const collected = await collect(context, doomed, read);
  assert.deepEqual(
    collected.map(({ outcome, reason }) => [outcome, reason]),
    [["kept", "live as generation 1"]],
  );
  assert.deepEqual([...removed, ...destroyed], []);
});

await test("a former release that goes is a tombstone in the ledger", async () => {
  const { context, engine, read } = cluster(preview, [stack]);
  await record(engine, entryOf({ environment: "staging", pr: 7, generation: 1, outcome: "replaced" }));
  await record(engine, entryOf({ environment: "staging", pr: 8, generation: 2 }));
  const collected = await collect(context, planCollection(await read()).doomed, read);
  assert.deepEqual(
    collected.map(({ outcome }) => outcome),
    ["removed"],
  );
  const outcomes = (await readLedger(engine)).map(({ pr, outcome }) => [pr, outcome]);
  assert.deepEqual(outcomes, [
    [7, "destroyed"],
    [8, "live"],
  ]);
});

await test("an image goes by id; one that the Engine still needs stays, and the rest goes on", async () => {
  const { context, engine, read } = cluster(preview);
  const asked: string[] = [];
  const needed = Object.assign(new Error("image is being used by running container 1"), { statusCode: 409 });
  const getImage = (id: string) => ({
    remove: () => {
      asked.push(id);
      return id === "sha256:1" ? Promise.reject(needed) : Promise.resolve();
    },
  });
  Object.assign(engine, { getImage });
  const item = (id: string) => ({ what: "image", name: `app:${id}`, id, reason: "unused" }) as const;
  const collected = await collect(context, [item("sha256:1"), item("sha256:2")], read);
  assert.deepEqual(
    collected.map(({ outcome }) => outcome),
    ["kept", "removed"],
  );
  assert.deepEqual(asked, ["sha256:1", "sha256:2"]);
});

await test("a failure is told and does not keep the rest from going", async () => {
  const { context, read } = cluster(preview);
  Object.assign(context.engine, { getImage: () => ({ remove: () => Promise.reject(new Error("disk")) }) });
  const { doomed } = planCollection(await read());
  const image = { what: "image", name: "app:1", id: "sha256:1", reason: "unused" } as const;
  const collected = await collect(context, [image, ...doomed], read);
  assert.deepEqual(
    collected.map(({ outcome, reason }) => [outcome, outcome === "failed" ? reason : ""]),
    [
      ["failed", "disk"],
      ["removed", ""],
    ],
  );
});

await test("another deployer's lease is waited for, and what it did is seen", async () => {
  const { context, engine, read, destroyed } = cluster(preview, [stack]);
  const { doomed } = planCollection(await read());
  const other = { id: "other", by: "ci@build", process: "elsewhere 1 2 3" };
  const lease = await HeldLease.take(engine, "staging", other, { waitSeconds: 1, say: () => undefined });
  const collecting = collect(context, doomed, read);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(destroyed, []);
  await lease.release();
  assert.deepEqual(
    (await collecting).map(({ outcome }) => outcome),
    ["removed"],
  );
});
