import assert from "node:assert/strict";
import { test } from "node:test";
import { Generations } from "../../src/delivery/generations.ts";
import { Swarm } from "./swarm.ts";

const order = { pr: 42, image: "app@sha256:0", verb: "promote", by: "root@test", priority: 101 } as const;

test("generations grow by one, each environment by itself", async () => {
  const { engine } = new Swarm();
  const qa = await Generations.read(engine, "qa");
  const prod = await Generations.read(engine, "prod");
  assert.equal((await qa.open(order)).generation, 1);
  assert.equal((await qa.open(order)).generation, 2);
  assert.equal((await prod.open(order)).generation, 1);
});

test("what was decided stays, how far it has come changes", async () => {
  const { engine } = new Swarm();
  const generations = await Generations.read(engine, "qa");
  const { generation } = await generations.open({ ...order, verb: "rollback", origin: 7 });
  await generations.move(generation, { step: "undo", reason: "x".repeat(600) });
  await generations.move(generation, { step: "done", outcome: "failed" });
  const [entry] = (await Generations.read(engine, "qa")).entries;
  const { pr, image, origin, verb, step, outcome, priority, reason = "" } = entry ?? assert.fail();
  assert.deepEqual(
    { pr, image, origin, verb, step, outcome, priority, reason: reason.length },
    {
      pr: 42,
      image: order.image,
      origin: 7,
      verb: "rollback",
      step: "done",
      outcome: "failed",
      priority: 101,
      reason: 500,
    },
  );
});

test("of two that write at a time one is told that it is late", async () => {
  const { engine } = new Swarm();
  const one = await Generations.read(engine, "qa");
  const { generation } = await one.open(order);
  const other = await Generations.read(engine, "qa");
  await one.move(generation, { step: "smoke" });
  await assert.rejects(other.move(generation, { step: "switch" }), /out of sequence/);
});

test("a release that is gone is remembered by what users reached of it, and nothing of it is left to be done", async () => {
  const { engine } = new Swarm();
  const generations = await Generations.read(engine, "qa");
  const fates = [
    { step: "retire", outcome: "live" },
    { step: "undo", outcome: "failed", reason: "not healthy" },
    { step: "smoke", outcome: "going" },
  ] as const;
  for (const fate of fates) await generations.move((await generations.open(order)).generation, fate);
  await generations.bury(42);
  assert.deepEqual(
    generations.entries.map(({ step, outcome, reason }) => [step, outcome, reason]),
    [
      ["done", "destroyed", undefined],
      ["done", "failed", "not healthy"],
      ["done", "failed", "destroyed before it was live"],
    ],
  );
});

test("the oldest are forgotten, but nothing that runs and not the newest pull request", async () => {
  const { engine } = new Swarm();
  const generations = await Generations.read(engine, "qa");
  const first = await generations.open({ ...order, pr: 1 });
  await generations.move(first.generation, { outcome: "live", step: "done" });
  const greatest = await generations.open({ ...order, pr: 900 });
  await generations.move(greatest.generation, { outcome: "destroyed", step: "done" });
  for (let number = 0; number < 110; number++) {
    const { generation } = await generations.open(order);
    await generations.move(generation, { outcome: "failed", step: "done" });
  }
  await generations.prune();
  assert.deepEqual(
    generations.entries.slice(0, 3).map(({ generation }) => generation),
    [1, 2, 13],
  );
  assert.equal(generations.entries.length, 102);
});
