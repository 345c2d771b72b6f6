import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entry, outcomes, steps } from "../../../src/cluster/ledger.ts";
import { listed } from "../../../src/cluster/objects.ts";
import { planCollection } from "../../../src/delivery/gc/plan.ts";
import { type World } from "../../../src/delivery/gc/world.ts";
import { environments } from "../../../src/identity.ts";
import { daysAgo, generation, imageOf, minutesAgo, now, objectsOf, summaryOf, together } from "./worlds.ts";

const worlds = 3000;

/** mulberry32: the same worlds in every run, each with a number to find it again by. */
function dice(seed: number) {
  let state = seed;
  const roll = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const chance = (probability: number) => roll() < probability;
  const below = (bound: number) => Math.floor(roll() * bound);
  const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T;
  return { chance, below, pick };
}

type Dice = ReturnType<typeof dice>;

function randomWorld(seed: number): World {
  const random = dice(seed);
  const { chance, below, pick } = random;
  const releases = environments.flatMap((environment) => [1, 2, 3, 4, 5].map((pr) => `${environment}-pr-${pr}`));
  const names = [...releases, "platform", "prod-data", "staging-data", "someone-elses"];
  const present = names.filter(() => chance(0.6));
  const objects = together(present.map((stack) => randomObjects(stack, random)));
  const stacks = names.filter(() => chance(0.6)).map((name) => randomSummary(name, random));
  const policy = () => ({ keep: below(3), ttlSeconds: pick([60, 86_400, Infinity]), maxLive: 1 + below(4) });
  return {
    openPullRequests: pick([undefined, new Set<number>(), new Set([2, 4]), new Set([99])]),
    stacks: chance(0.1) ? undefined : stacks,
    objects,
    images: [1, 2, 3].map((index) => randomImage(index, random)),
    ledger: environments.flatMap((environment) => randomLedger(environment, random)),
    leases: environments
      .filter(() => chance(0.2))
      .map((environment) => ({ environment, by: "ci@build", isExpired: chance(0.5) })),
    policy: { staging: policy(), qa: policy(), prod: policy() },
    cap: below(8),
    now,
  };
}

function randomObjects(stack: string, { chance, pick, below }: Dice) {
  const image = pick(["app:1", "studygiveway/daphne:pr-1", `app@sha256:${String(below(9)).repeat(64)}`]);
  const all = objectsOf(stack, { createdAt: pick([minutesAgo(3), daysAgo(1), daysAgo(40)]), image });
  const marked = objectsOf(stack, { labels: { "studygiveway.keep": "true" } });
  const kind = pick(["services", "networks", "secrets", "configs", "volumes"] as const);
  const kept = chance(0.15) ? { ...all, [kind]: marked[kind] } : all;
  return chance(0.1) ? { ...kept, services: [] } : kept;
}

function randomSummary(name: string, { chance, pick }: Dice) {
  const summary = { ...summaryOf(name, pick([minutesAgo(3), daysAgo(1), daysAgo(40)])), updateInProgress: chance(0.1) };
  return chance(0.15) ? { ...summary, resourceCount: 0 } : summary;
}

function randomLedger(environment: Entry["environment"], { below, pick, chance }: Dice): Entry[] {
  return Array.from({ length: below(7) }, (_, index) =>
    generation({
      environment,
      generation: index + 1,
      pr: 1 + below(5),
      outcome: pick(outcomes),
      step: chance(0.8) ? "done" : pick(steps),
      image: `app@sha256:${String(below(9)).repeat(64)}`,
      began: new Date(pick([daysAgo(1), daysAgo(20)])).toISOString(),
    }),
  );
}

function randomImage(index: number, { chance, pick }: Dice) {
  const tags = pick([[], [`studygiveway/daphne:pr-${index}`], ["studygiveway/postgres:16.1"]]);
  const labels = chance(0.2) ? { "studygiveway.keep": "true" } : { "studygiveway.inputs": "1" };
  return imageOf({
    id: `sha256:${String(index).repeat(64)}`,
    tags,
    labels,
    createdAt: pick([daysAgo(90), daysAgo(1)]),
  });
}

function everyWorld(check: (world: World, doomed: ReturnType<typeof planCollection>["doomed"], seed: number) => void) {
  let removals = 0;
  for (let seed = 1; seed <= worlds; seed++) {
    const world = randomWorld(seed);
    const { doomed } = planCollection(world);
    removals += doomed.length;
    check(world, doomed, seed);
  }
  // A planner that never removes anything would keep every promise.
  assert.ok(removals > worlds / 2, `${removals} removals in ${worlds} worlds`);
}

const stacksAmong = (doomed: readonly { what: string; name: string }[]) =>
  doomed.filter(({ what }) => what === "stack").map(({ name }) => name);

await test("never a live release, nor one on its way", () => {
  everyWorld(({ ledger }, doomed, seed) => {
    for (const name of stacksAmong(doomed)) {
      const own = ledger.filter(({ environment, pr }) => `${environment}-pr-${pr}` === name);
      assert.ok(
        own.every(({ outcome }) => outcome !== "live" && outcome !== "going"),
        `world ${seed}: ${name}`,
      );
      assert.ok(
        own.every(({ step }) => step === "done"),
        `world ${seed}: ${name}`,
      );
    }
  });
});

await test("never a platform, a data tier, somebody else's stack, or a volume", () => {
  everyWorld(({ images }, doomed, seed) => {
    for (const { what, name, id } of doomed) {
      if (what === "stack") assert.match(name, /^(?:staging|qa|prod)-pr-[1-9]\d*$/, `world ${seed}`);
      else
        assert.ok(
          images.some((image) => image.id === id),
          `world ${seed}: ${name}`,
        );
    }
  });
});

await test("never what is kept by label, and no image that is run", () => {
  everyWorld(({ objects, images }, doomed, seed) => {
    const all = listed(objects);
    const kept = new Set(all.filter(({ labels }) => labels["studygiveway.keep"] === "true").map(({ stack }) => stack));
    for (const name of stacksAmong(doomed)) assert.ok(!kept.has(name), `world ${seed}: ${name}`);
    for (const { id } of doomed) {
      const image = images.find((one) => one.id === id);
      if (image === undefined) continue;
      assert.equal(image.labels["studygiveway.keep"], undefined, `world ${seed}: ${image.id}`);
      const users = objects.services.filter(
        (service) => image.tags.includes(service.image) || service.image.endsWith(image.id),
      );
      assert.deepEqual(users, [], `world ${seed}`);
    }
  });
});

await test("never more than the cap, nothing twice, nothing both gone and kept", () => {
  for (let seed = 1; seed <= worlds; seed++) {
    const world = randomWorld(seed);
    const { doomed, kept } = planCollection(world);
    assert.ok(doomed.length <= world.cap, `world ${seed}`);
    const keys = [...doomed, ...kept].map(({ what, name, id }) => `${what} ${id ?? name}`);
    assert.equal(new Set(keys).size, keys.length, `world ${seed}: ${keys.join(", ")}`);
    assert.ok([...doomed, ...kept].every(({ reason }) => reason !== ""));
  }
});

await test("never a stack while its environment is leased, or that was changed just now", () => {
  everyWorld((world, doomed, seed) => {
    for (const name of stacksAmong(doomed)) {
      const leased = world.leases.some(
        ({ environment, isExpired }) => !isExpired && name.startsWith(`${environment}-`),
      );
      assert.ok(!leased, `world ${seed}: ${name}`);
      const own = listed(world.objects).filter(({ stack, kind }) => stack === name && kind !== "volume");
      assert.ok(
        own.every(({ createdAt = 0 }) => createdAt < minutesAgo(10)),
        `world ${seed}: ${name}`,
      );
    }
  });
});

await test("a backend that does not answer, and a forge that says nothing, are never a reason", () => {
  for (let seed = 1; seed <= worlds; seed++) {
    const world = randomWorld(seed);
    assert.deepEqual(stacksAmong(planCollection({ ...world, stacks: undefined }).doomed), [], `world ${seed}`);
    const silent = planCollection({ ...world, openPullRequests: undefined });
    const empty = planCollection({ ...world, openPullRequests: new Set() });
    assert.deepEqual(empty, silent, `world ${seed}`);
    assert.ok(!silent.doomed.some(({ reason }) => reason.includes("is not open")), `world ${seed}`);
  }
});
