import assert from "node:assert/strict";
import { test } from "node:test";
import { type Facts, type Progress } from "../../src/cluster/ledger.ts";
import { type Context } from "../../src/delivery/context.ts";
import { Generations } from "../../src/delivery/generations.ts";
import { settle } from "../../src/delivery/promotion.ts";
import { deploy, undo } from "../../src/delivery/steps.ts";
import { UpdateError } from "../../src/delivery/workspace.ts";
import { type Settings } from "../../src/settings/index.ts";
import { serviceAnswer, type ServiceAnswer } from "../cluster/engine-answers.ts";
import { Swarm } from "./swarm.ts";

// What becomes of a generation that was interrupted when something else is ordered. Nothing here makes real objects: the
// end-to-end tests interrupt real promotions.

type Begun = Pick<Facts, "pr" | "adopted"> & Partial<Progress>;

const image = "app@sha256:0";

/** Writes a generation into a ledger, as far as it came. */
async function write(generations: Generations, { pr, adopted, priority = 101, ...progress }: Begun): Promise<void> {
  const known = { pr, image, verb: "promote", by: "test", priority } as const;
  const { generation } = await generations.open({ ...known, ...(adopted !== undefined && { adopted }) });
  await generations.move(generation, progress);
}

/** A ledger of PROD with these generations, and what is done to stacks. */
async function world(
  begun: readonly Begun[],
  failing: { readonly up?: Error; readonly destroy?: Error } = {},
  services: readonly ServiceAnswer[] = [],
) {
  const fate = (error: Error | undefined) => (error === undefined ? Promise.resolve("") : Promise.reject(error));
  const swarm = new Swarm();
  const none = () => Promise.resolve([]);
  const volumes = () => Promise.resolve({ Volumes: [] });
  const listServices = () => Promise.resolve(services);
  const lists = { listServices, listNetworks: none, listSecrets: none, listVolumes: volumes };
  const engine = Object.assign(swarm.engine, lists) as Context["engine"];
  const generations = await Generations.read(engine, "prod");
  for (const one of begun) await write(generations, one);
  const done: string[] = [];
  const workspace = {
    exists: () => Promise.resolve(true),
    exportState: () => Promise.resolve({ deployment: { resources: [{ id: "known" }] } }),
    forgetPending: (stack: string) => Promise.resolve(done.push(`refresh ${stack}`)),
    up: (stack: string) => {
      done.push(`up ${stack}`);
      return fate(failing.up);
    },
    destroy: (stack: string) => {
      done.push(`destroy ${stack}`);
      return fate(failing.destroy);
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
    engine,
    settle: (order: { pr: number; verb: Facts["verb"] }) =>
      settle({ context, settings, generations, signal }, { ...order, image }),
    undo: async (generation: number) => {
      const entry = generations.entries.find((one) => one.generation === generation);
      assert.ok(entry);
      await undo({ context, settings, generations, entry, signal }, "no good");
    },
    deploy: async (generation: number) => {
      const entry = generations.entries.find((one) => one.generation === generation);
      assert.ok(entry);
      return (await deploy({ context, settings, generations, entry, signal })).entry.step;
    },
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
  const { settle, fates } = await world(switched, { destroy: new UpdateError("a network is still in use") });
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

test("one that was interrupted at its switch counts as that until it is tried once more, for users may reach it", async () => {
  const { deploy } = await world([
    { pr: 42, step: "switch", outcome: "going" },
    { pr: 43, step: "deploy", outcome: "going", priority: 1 },
  ]);
  assert.deepEqual([await deploy(1), await deploy(2)], ["switch", "smoke"]);
});

test("what may still run the form that failed is not written down as taken back, and the next run tries again", async () => {
  const labels = { "studygiveway.generation": "2" };
  const failing = { up: new UpdateError("daphne: not healthy") };
  const left = [{ ...serviceAnswer("prod-pr-42", "daphne", { labels }), ID: "known" }];
  const moving = [{ ...serviceAnswer("prod-pr-42", "daphne", { update: { State: "updating" } }), ID: "known" }];
  for (const services of [left, moving]) {
    const begun = [
      { pr: 42, step: "done", outcome: "live" },
      { pr: 42, step: "smoke", outcome: "going" },
    ] as const;
    const { done, undo, settle, fates } = await world(begun, failing, services);
    await undo(2);
    assert.deepEqual(fates(), ["42 done live", "42 undo failed"]);
    services.pop();
    await settle({ pr: 43, verb: "promote" });
    // Swarm may have gone back to it by itself, so it is looked at what is there.
    assert.deepEqual(done, ["up prod-pr-42", "refresh prod-pr-42", "up prod-pr-42"]);
    assert.deepEqual(fates(), ["42 done live", "42 done failed"]);
  }
});

test("a stage goes with what its own promotion had left in the stage before it", async () => {
  const { engine, done, settle, fates } = await world([{ pr: 42, step: "retire", outcome: "live" }]);
  const [qa, staging] = [await Generations.read(engine, "qa"), await Generations.read(engine, "staging")];
  await write(qa, { pr: 42, step: "retire", outcome: "live" });
  await write(staging, { pr: 42, step: "done", outcome: "live" });
  await settle({ pr: 43, verb: "promote" });
  assert.deepEqual(done, ["destroy staging-pr-42", "destroy qa-pr-42"]);
  assert.deepEqual(fates(), ["42 done live"]);
  for (const stage of [qa, staging]) {
    await stage.refresh();
    assert.deepEqual(
      stage.entries.map(({ step, outcome }) => `${step} ${outcome}`),
      ["done destroyed"],
    );
  }
});

test("a stage stays while something newer of the same pull request is on its way there", async () => {
  const { engine, done, settle } = await world([{ pr: 42, step: "retire", outcome: "live" }]);
  const qa = await Generations.read(engine, "qa");
  await write(qa, { pr: 42, step: "done", outcome: "live" });
  await write(qa, { pr: 42, step: "smoke", outcome: "going" });
  await settle({ pr: 43, verb: "promote" });
  assert.deepEqual(done, []);
});

test("a release that does not go at once is left to the next run, and keeps nothing from being promoted", async () => {
  const failing = { destroy: new UpdateError("a network is still in use") };
  const begun = { pr: 42, step: "smoke", outcome: "going", priority: 1 } as const;
  const { done, settle, fates } = await world([begun], failing);
  for (const verb of ["promote", "rollback"] as const) await settle({ pr: 43, verb });
  assert.deepEqual(done, ["destroy prod-pr-42", "destroy prod-pr-42"]);
  assert.deepEqual(fates(), ["42 undo failed"]);
});
