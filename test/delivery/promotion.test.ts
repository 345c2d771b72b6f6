import assert from "node:assert/strict";
import { test } from "node:test";
import { type Facts, type Progress } from "../../src/cluster/ledger.ts";
import { type Context } from "../../src/delivery/context.ts";
import { Generations } from "../../src/delivery/generations.ts";
import { settle } from "../../src/delivery/promotion.ts";
import { UpdateError } from "../../src/delivery/workspace.ts";
import { type Settings } from "../../src/settings/index.ts";
import { Swarm } from "./swarm.ts";

// What becomes of a generation that was interrupted when something else is ordered. Nothing here makes real objects: the
// end-to-end tests interrupt real promotions.

type Begun = Pick<Facts, "pr" | "adopted"> & Partial<Progress>;

const image = "app@sha256:0";

/** A ledger of PROD with these generations, and what is done to stacks. */
async function world(begun: readonly Begun[], failing?: Error) {
  const swarm = new Swarm();
  const none = () => Promise.resolve([]);
  const volumes = () => Promise.resolve({ Volumes: [] });
  const lists = { listServices: none, listNetworks: none, listSecrets: none, listVolumes: volumes };
  const engine = Object.assign(swarm.engine, lists) as Context["engine"];
  const generations = await Generations.read(engine, "prod");
  for (const { pr, adopted, priority = 101, ...progress } of begun) {
    const known = { pr, image, verb: "promote", by: "test", priority } as const;
    const { generation } = await generations.open({ ...known, ...(adopted !== undefined && { adopted }) });
    await generations.move(generation, progress);
  }
  const done: string[] = [];
  const workspace = {
    exists: () => Promise.resolve(true),
    exportState: () => Promise.resolve({ deployment: { resources: [{ id: "known" }] } }),
    up: (stack: string) => Promise.resolve(done.push(`up ${stack}`)),
    destroy: (stack: string) => {
      done.push(`destroy ${stack}`);
      return failing === undefined ? Promise.resolve("gone") : Promise.reject(failing);
    },
  };
  const progress = {
    say: () => undefined,
    step: async (_: string, work: (say: () => void) => Promise<{ value: unknown }>) =>
      (await work(() => undefined)).value,
  };
  const holder = { id: "me", by: "test", process: "elsewhere" };
  const { signal } = new AbortController();
  const context = { engine, workspace, progress, holder, interrupted: signal } as unknown as Context;
  const delivery = { timeoutSeconds: 60, edge: [] };
  const settings = { domain: "studygiveway.test", policy: { keep: 0 }, delivery } as unknown as Settings;
  return {
    done,
    settle: (order: { pr: number; verb: Facts["verb"] }) =>
      settle({ context, settings, generations, signal }, { ...order, image }),
    fates: () => generations.entries.map(({ pr, step, outcome }) => `${pr} ${step} ${outcome}`),
  };
}

const switched = [
  { pr: 41, step: "done", outcome: "replaced" },
  { pr: 42, step: "retire", outcome: "live" },
] as const;

test("a promotion first takes away what the one before it has replaced", async () => {
  const { done, settle, fates } = await world(switched);
  await settle({ pr: 43, verb: "promote" });
  assert.deepEqual(done, ["destroy prod-pr-41"]);
  assert.deepEqual(fates(), ["41 done destroyed", "42 done live"]);
});

test("a rollback removes nothing first, least of all what it brings back", async () => {
  const { done, settle, fates } = await world(switched);
  await settle({ pr: 41, verb: "rollback" });
  assert.deepEqual(done, []);
  assert.deepEqual(fates(), ["41 done replaced", "42 done live"]);
});

test("what cannot be taken away keeps nothing from being promoted, and is tried again", async () => {
  const { settle, fates } = await world(switched, new UpdateError("a network is still in use"));
  await settle({ pr: 43, verb: "promote" });
  assert.deepEqual(fates(), ["41 done replaced", "42 retire live"]);
});

test("a release that was never live goes when its promotion is given up", async () => {
  const { done, settle, fates } = await world([{ pr: 42, step: "deploy", outcome: "going", priority: 1 }]);
  await settle({ pr: 43, verb: "promote" });
  assert.deepEqual(done, ["destroy prod-pr-42"]);
  assert.deepEqual(fates(), ["42 done failed"]);
});

test("a release that ran before any promotion goes back to what it was", async () => {
  const begun = { pr: 42, adopted: true, step: "deploy", outcome: "going", priority: 1 } as const;
  const { done, settle, fates } = await world([begun]);
  await settle({ pr: 43, verb: "promote" });
  assert.deepEqual(done, ["up prod-pr-42"]);
  assert.deepEqual(fates(), ["42 done failed"]);
});

test("users are led back before a release goes, even when whoever did that was killed before it was done", async () => {
  const { done, settle } = await world([
    { pr: 41, step: "done", outcome: "live" },
    { pr: 42, step: "switch", outcome: "going", priority: 1 },
  ]);
  await settle({ pr: 43, verb: "promote" });
  assert.deepEqual(done, ["up prod-pr-42", "destroy prod-pr-42"]);
});
