import assert from "node:assert/strict";
import { test } from "node:test";
import { planCollection } from "../../../src/delivery/gc/plan.ts";
import { type World } from "../../../src/delivery/gc/world.ts";
import {
  daysAgo,
  generation,
  imageOf,
  minutesAgo,
  objectsOf,
  policies,
  summaryOf,
  together,
  worldOf,
} from "./worlds.ts";

const plan = planCollection;
const doomedIn = (world: World) => plan(world).doomed.map(({ name }) => name);
const whyKept = (world: World, name: string) => plan(world).kept.find((item) => item.name === name)?.reason;
const whyDoomed = (world: World, name: string) => plan(world).doomed.find((item) => item.name === name)?.reason;

const staging = objectsOf("staging-pr-7");
const closed = worldOf({ stacksOf: [staging], openPullRequests: new Set([8]) });

await test("a preview whose pull request is not open goes", () => {
  assert.equal(whyDoomed(closed, "staging-pr-7"), "pull request 7 is not open");
});

await test("a preview whose pull request is open stays", () => {
  assert.equal(whyKept({ ...closed, openPullRequests: new Set([7]) }, "staging-pr-7"), "pull request 7 is open");
});

await test("a forge that is absent, fails or answers empty removes nothing", () => {
  for (const openPullRequests of [undefined, new Set<number>()]) {
    const world = { ...closed, openPullRequests };
    assert.deepEqual(doomedIn(world), []);
    assert.equal(whyKept(world, "staging-pr-7"), "nobody knows whether its pull request is open");
  }
});

await test("a release of PROD does not go because its pull request is merged", () => {
  const world = worldOf({
    stacksOf: [objectsOf("prod-pr-7"), objectsOf("prod-pr-8")],
    openPullRequests: new Set([99]),
    ledger: [generation({ pr: 8 })],
  });
  assert.deepEqual(doomedIn(world), []);
});

await test("what the ledger calls live stays, whatever the forge says", () => {
  const world = { ...closed, ledger: [generation({ environment: "staging", pr: 7, generation: 4 })] };
  assert.equal(whyKept(world, "staging-pr-7"), "live as generation 4");
});

await test("a generation on its way stays", () => {
  const ledger = [generation({ environment: "staging", pr: 7, step: "smoke", outcome: "going" })];
  assert.equal(whyKept({ ...closed, ledger }, "staging-pr-7"), "generation 1 is on its way: smoke");
});

await test("without any live release of PROD in the ledger all of PROD stays", () => {
  const world = worldOf({
    stacksOf: [objectsOf("prod-pr-7", { createdAt: daysAgo(400) })],
    policy: { ...policies, prod: { keep: 0, ttlSeconds: 60, maxLive: 1 } },
  });
  assert.match(whyKept(world, "prod-pr-7") ?? "", /no release of prod is live by the ledger/);
});

await test("the platform and data tiers stay, and names that are none of ours", () => {
  const stacks = ["platform", "prod-data", "staging-data", "someone-elses"];
  const world = worldOf({ stacksOf: stacks.map((stack) => objectsOf(stack, { createdAt: daysAgo(900) })), cap: 99 });
  assert.deepEqual(doomedIn(world), []);
  assert.equal(whyKept(world, "someone-elses"), "its name is not one of ours");
});

await test("the label on any object, a volume's too, keeps the whole stack", () => {
  for (const kind of ["services", "networks", "secrets", "configs", "volumes"] as const) {
    const objects = {
      ...staging,
      [kind]: objectsOf("staging-pr-7", { labels: { "studygiveway.keep": "true" } })[kind],
    };
    assert.equal(whyKept({ ...closed, objects }, "staging-pr-7"), "carries the label studygiveway.keep=true", kind);
  }
});

await test("while somebody holds the environment's lease nothing of it goes; an expired lease is none", () => {
  const lease = { environment: "staging", by: "ci@build", isExpired: false } as const;
  assert.equal(whyKept({ ...closed, leases: [lease] }, "staging-pr-7"), "staging is being changed by ci@build");
  assert.deepEqual(doomedIn({ ...closed, leases: [{ ...lease, environment: "qa" }] }), ["staging-pr-7"]);
  assert.deepEqual(doomedIn({ ...closed, leases: [{ ...lease, isExpired: true }] }), ["staging-pr-7"]);
});

await test("what was changed within ten minutes stays, also when it was made long ago", () => {
  const young = objectsOf("staging-pr-7", { createdAt: minutesAgo(9) });
  assert.match(whyKept({ ...closed, objects: young }, "staging-pr-7") ?? "", /less than 10 min ago/);
  const stacks = [summaryOf("staging-pr-7", minutesAgo(9))];
  assert.match(whyKept({ ...closed, stacks }, "staging-pr-7") ?? "", /less than 10 min ago/);
  const updating = [{ ...summaryOf("staging-pr-7"), updateInProgress: true }];
  assert.equal(whyKept({ ...closed, stacks: updating }, "staging-pr-7"), "is being updated");
});

await test("objects of a stack that neither backend nor ledger knows go", () => {
  const world = worldOf({ stacksOf: [staging], stacks: [] });
  assert.equal(whyDoomed(world, "staging-pr-7"), "4 objects that no backend knows");
  const old = generation({ environment: "staging", pr: 7, outcome: "destroyed", generation: 3 });
  assert.match(whyDoomed({ ...world, ledger: [old] }, "staging-pr-7") ?? "", /left of generation 3 \(destroyed\)$/);
});

await test("nothing is an orphan while the backend does not answer, or is another cluster's", () => {
  assert.deepEqual(doomedIn(worldOf({ stacksOf: [staging], stacks: undefined })), []);
  const cluster = together([staging, objectsOf("platform")]);
  const world = worldOf({ objects: cluster, stacks: [summaryOf("qa-pr-1")] });
  assert.match(whyKept(world, "staging-pr-7") ?? "", /does not even know platform/);
  const promoted = worldOf({
    objects: together([staging, objectsOf("prod-pr-2")]),
    stacks: [],
    ledger: [generation({ pr: 2 })],
  });
  assert.match(whyKept(promoted, "staging-pr-7") ?? "", /does not even know prod-pr-2/);
});

await test("a volume alone is no orphan and no stack", () => {
  const { volumes } = staging;
  const world = worldOf({ objects: { ...together([]), volumes }, stacks: [] });
  assert.deepEqual(plan(world), { doomed: [], kept: [] });
});

await test("a state whose objects are not in this Swarm stays: they may be in another", () => {
  const world = worldOf({ stacks: [summaryOf("qa-pr-3")], openPullRequests: new Set([9]) });
  assert.match(whyKept(world, "qa-pr-3") ?? "", /perhaps in another/);
});

await test("an empty stack goes, unless it was never deployed", () => {
  assert.deepEqual(doomedIn(worldOf({ stacks: [summaryOf("qa-pr-3", daysAgo(1), 0)] })), ["qa-pr-3"]);
  const made = { name: "qa-pr-3", updateInProgress: false };
  assert.equal(whyKept(worldOf({ stacks: [made] }), "qa-pr-3"), "was never deployed");
});

await test("a release expires after the ttl of its environment, and says so", () => {
  const policy = { ...policies, staging: { keep: 0, ttlSeconds: 3 * 86_400, maxLive: 10 } };
  const aged = (days: number) =>
    worldOf({
      stacksOf: [objectsOf("staging-pr-7", { createdAt: daysAgo(days) })],
      stacks: [summaryOf("staging-pr-7", daysAgo(days))],
      policy,
    });
  assert.equal(whyDoomed(aged(4), "staging-pr-7"), "expired: last changed 4 d ago, ttl is 3 d");
  assert.match(whyKept(aged(2), "staging-pr-7") ?? "", /expires in 24 h$/);
});

await test("the oldest beyond maxLive go, but nothing that is live", () => {
  const numbers = [1, 2, 3, 4];
  const world = worldOf({
    stacksOf: numbers.map((pr) => objectsOf(`staging-pr-${pr}`, { createdAt: daysAgo(10 - pr) })),
    stacks: numbers.map((pr) => summaryOf(`staging-pr-${pr}`, daysAgo(10 - pr))),
    ledger: [generation({ environment: "staging", pr: 1 })],
    policy: { ...policies, staging: { keep: 0, ttlSeconds: Infinity, maxLive: 2 } },
  });
  assert.deepEqual(doomedIn(world), ["staging-pr-2", "staging-pr-3"]);
  assert.equal(whyDoomed(world, "staging-pr-2"), "the oldest of 4 releases, maxLive is 2");
  assert.ok(!plan(world).kept.some(({ name }) => name === "staging-pr-2"));
});

await test("what was replaced goes, but for the newest that are kept for a rollback", () => {
  const ledger = [
    generation({ pr: 1, generation: 1, outcome: "replaced" }),
    generation({ pr: 2, generation: 2, outcome: "replaced" }),
    generation({ pr: 3, generation: 3 }),
  ];
  const stacksOf = [1, 2, 3].map((pr) => objectsOf(`prod-pr-${pr}`));
  const world = worldOf({ stacksOf, ledger, policy: { ...policies, prod: { ...policies.prod, keep: 1 } } });
  assert.deepEqual(doomedIn(world), ["prod-pr-1"]);
  assert.equal(whyKept(world, "prod-pr-2"), "generation 2 is kept for a rollback");
});

await test("no more than the cap; what is left is told with its reason", () => {
  const stacksOf = [1, 2, 3].map((pr) => objectsOf(`qa-pr-${pr}`));
  const world = worldOf({ stacksOf, openPullRequests: new Set([9]), cap: 2 });
  assert.equal(doomedIn(world).length, 2);
  assert.equal(whyKept(world, "qa-pr-3"), "next time, because the cap is 2: pull request 3 is not open");
});

const ledgerOf = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    generation({ generation: index + 1, pr: index + 1, image: `app@sha256:${String(index).repeat(64)}` }),
  );

await test("an image that nothing runs and no recent generation ran goes", () => {
  const world = worldOf({ images: [imageOf()], ledger: ledgerOf(6) });
  assert.equal(whyDoomed(world, "studygiveway/daphne:pr-7"), "no service runs it, and no recent generation did");
});

await test("an image stays that a service runs: by name, by id, or by digest", () => {
  const digest = `sha256:${"b".repeat(64)}`;
  const image = imageOf({ digests: [`registry/app@${digest}`] });
  for (const reference of [image.tags[0], image.id, `registry/app:1@${digest}`, `registry/app@${digest}`]) {
    const stacksOf = [objectsOf("staging-pr-7", { image: reference ?? "" })];
    const world = worldOf({ stacksOf, images: [image], ledger: ledgerOf(6) });
    assert.equal(whyKept(world, image.tags[0] ?? ""), "staging-pr-7-daphne runs it", reference);
  }
});

await test("an image stays that one of the last five generations ran, or that is newer than they are", () => {
  const ledger = ledgerOf(7);
  const of = (index: number) => imageOf({ id: `sha256:${String(index).repeat(64)}` });
  const kept = (index: number) => whyKept(worldOf({ images: [of(index)], ledger }), "studygiveway/daphne:pr-7");
  assert.equal(kept(1), undefined);
  assert.equal(kept(2), "generation 3 of prod ran it");
  const young = worldOf({ images: [imageOf({ createdAt: daysAgo(1) })], ledger });
  assert.equal(whyKept(young, "studygiveway/daphne:pr-7"), "newer than the last 5 generations");
  assert.match(whyKept(worldOf({ images: [imageOf()] }), "studygiveway/daphne:pr-7") ?? "", /no generation/);
});

await test("images that the system is made of are not even named; what lost its name is", () => {
  const system = imageOf({ tags: ["studygiveway/postgres:16.1"] });
  assert.deepEqual(plan(worldOf({ images: [system], ledger: ledgerOf(6) })), { doomed: [], kept: [] });
  const shared = imageOf({ tags: ["stand-in/daphne:4.0.0", "studygiveway/daphne:pr-7"] });
  assert.deepEqual(plan(worldOf({ images: [shared], ledger: ledgerOf(6) })), { doomed: [], kept: [] });
  assert.equal(plan(worldOf({ images: [imageOf({ tags: [] })], ledger: ledgerOf(6) })).doomed.length, 1);
});
