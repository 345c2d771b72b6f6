import assert from "node:assert/strict";
import { test } from "node:test";
import { readStatus, status } from "../../../src/delivery/status.ts";
import { statusSchema } from "../../../src/delivery/status/schema.ts";
import { age, shortDigest, statusText } from "../../../src/delivery/status/text.ts";
import {
  type Answers,
  began,
  engineOf,
  serviceAnswer,
  storedAnswer,
  taskAnswer,
} from "../../cluster/engine-answers.ts";
import { settingsOf } from "../../registrations.ts";
import { entryOf, leaseAnswer, ledgerAnswer } from "../ledger-answers.ts";

const settings = settingsOf("platform", { variables: { DOMAIN: "example.org" } });
const digest = `sha256:${"ab".repeat(32)}`;

const route = (stack: string, priority: number) => ({
  labels: { [`traefik.http.routers.${stack}-nginx.priority`]: String(priority), "studygiveway.generation": "7" },
});

function release(stack: string, priority: number) {
  return {
    services: [
      serviceAnswer(stack, "daphne", { image: `app:1@${digest}`, labels: { "studygiveway.generation": "7" } }),
      serviceAnswer(stack, "nginx", route(stack, priority)),
    ],
    tasks: [taskAnswer(stack, "daphne"), taskAnswer(stack, "nginx")],
  };
}

const read = async (answers: Answers) => statusSchema.parse(await readStatus(engineOf(answers).engine, settings));

await test("an empty cluster says so and is no failure", async () => {
  const written: string[] = [];
  const context = { engine: engineOf({}).engine, json: false, out: (text: string) => void written.push(text) };
  assert.equal(await status(context, settings), 0);
  assert.deepEqual(written, ["Nothing is deployed on this cluster.\n"]);
});

await test("to machines it says so, too", async () => {
  const written: string[] = [];
  const context = { engine: engineOf({}).engine, json: true, out: (text: string) => void written.push(text) };
  assert.equal(await status(context, settings), 0);
  const { at, ...rest } = statusSchema.parse(JSON.parse(written.join("")));
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000);
  assert.deepEqual(rest, { stacks: [], leases: [], going: [], failed: [] });
});

await test("a release: address, image, generation, role and health", async () => {
  const [row] = (await read(release("staging-pr-42", 101))).stacks;
  assert.ok(row);
  const { ageSeconds, ...rest } = row;
  assert.ok(ageSeconds !== null && Math.abs(ageSeconds - (Date.now() - Date.parse(began)) / 1000) < 60);
  assert.deepEqual(rest, {
    stack: "staging-pr-42",
    kind: "release",
    environment: "staging",
    pr: 42,
    url: "https://pr-42.staging.example.org",
    image: `app:1@${digest}`,
    generation: 7,
    role: "live",
    health: "healthy",
    services: { wanted: 2, healthy: 2 },
    troubles: [],
    wentBack: [],
  });
});

await test("to people: a head, and a line for each stack below it", async () => {
  const seen = await read(release("staging-pr-42", 101));
  const stacks = seen.stacks.map((stack) => ({ ...stack, ageSeconds: 300 }));
  assert.equal(
    statusText({ ...seen, stacks }),
    [
      "STACK          ENVIRONMENT  PR  URL                                AGE    IMAGE                GEN  ROLE  HEALTH\n",
      "staging-pr-42  staging      42  https://pr-42.staging.example.org  5 min  sha256:abababababab  7    live  healthy\n",
    ].join(""),
  );
});

await test("of two releases at one host the higher priority is live", async () => {
  const [old, next] = [release("prod-pr-58", 101), release("prod-pr-59", 1)];
  const { stacks } = await read({
    services: [...old.services, ...next.services],
    tasks: [...old.tasks, ...next.tasks],
  });
  assert.deepEqual(
    stacks.map(({ stack, role, url }) => [stack, role, url]),
    [
      ["prod-pr-58", "live", "https://example.org"],
      ["prod-pr-59", "standby", "https://example.org"],
    ],
  );
});

await test("releases of STAGING have hosts of their own: each is live at its own", async () => {
  const [old, next] = [release("staging-pr-41", 101), release("staging-pr-42", 102)];
  const { stacks } = await read({ services: [...old.services, ...next.services], tasks: [] });
  assert.deepEqual(
    stacks.map(({ role }) => role),
    ["live", "live"],
  );
});

await test("names the service that is not healthy and what it does", async () => {
  const stack = "qa-pr-3";
  const { services } = release(stack, 101);
  const tasks = [taskAnswer(stack, "daphne"), taskAnswer(stack, "nginx", { state: "starting" })];
  const seen = await read({ services, tasks });
  assert.deepEqual(seen.stacks[0]?.troubles, [{ service: "nginx", state: "starting" }]);
  assert.match(statusText(seen), /1 of 2 healthy: nginx starting$/m);
});

await test("tells of a service that went back to its former form", async () => {
  const stack = "qa-pr-3";
  const services = [serviceAnswer(stack, "nginx", { update: { State: "rollback_completed" } })];
  const seen = await read({ services, tasks: [taskAnswer(stack, "nginx")] });
  assert.equal(seen.stacks[0]?.health, "healthy");
  assert.match(statusText(seen), /healthy, after the last change of nginx failed/);
});

await test("shows what is live by the ledger and gone from the Swarm", async () => {
  const seen = await read({ configs: [ledgerAnswer(entryOf({ generation: 3 }))] });
  assert.deepEqual(
    seen.stacks.map(({ stack, health, generation, role }) => [stack, health, generation, role]),
    [["prod-pr-58", "missing", 3, null]],
  );
  assert.match(statusText(seen), /missing: live by the ledger, not deployed$/m);
});

await test("a stack that no promotion made, the platform, and a name that is none of ours", async () => {
  const stacks = ["something-else", "prod-data", "platform", "qa-pr-8"];
  const seen = await read({
    services: stacks.map((stack) => serviceAnswer(stack, "nginx")),
    tasks: stacks.map((stack) => taskAnswer(stack, "nginx")),
  });
  assert.deepEqual(
    seen.stacks.map(({ stack, kind, generation, url }) => [stack, kind, generation, url]),
    [
      ["platform", "platform", null, "https://traefik.example.org"],
      ["prod-data", "data", null, "https://s3.example.org"],
      ["qa-pr-8", "release", null, "https://pr-8.qa.example.org"],
      ["something-else", "other", null, null],
    ],
  );
});

await test("who holds a lease, since when, and whether it was heard of", async () => {
  const now = new Date().toISOString();
  const seen = await read({
    configs: [
      leaseAnswer("prod", "ana@laptop", now),
      leaseAnswer("qa", "ci@build", "2026-01-01T10:00:00Z"),
      storedAnswer("studygiveway.lease.staging", { "studygiveway.lease.holder": "" }),
    ],
  });
  assert.deepEqual(
    seen.leases.map(({ environment, by, isExpired }) => [environment, by, isExpired]),
    [
      ["qa", "ci@build", true],
      ["prod", "ana@laptop", false],
    ],
  );
  assert.match(statusText(seen), /^qa is held by ci@build since .*; expired, the next deployment takes over$/m);
});

await test("what is going, and the last failure of each environment with its reason", async () => {
  const failed = { step: "done", outcome: "failed" } as const;
  const seen = await read({
    configs: [
      entryOf({ generation: 1, ...failed, reason: "older" }),
      entryOf({ generation: 2, ...failed, reason: "nginx: not healthy" }),
      entryOf({ generation: 3, step: "smoke", outcome: "going", pr: 59 }),
    ].map(ledgerAnswer),
  });
  assert.deepEqual(
    seen.failed.map(({ generation, reason }) => [generation, reason]),
    [[2, "nginx: not healthy"]],
  );
  assert.deepEqual(
    seen.going.map(({ generation, stack, step }) => [generation, stack, step]),
    [[3, "prod-pr-59", "smoke"]],
  );
  const text = statusText(seen);
  assert.match(text, /^prod generation 2 \(prod-pr-58\) failed .* ago: nginx: not healthy$/m);
  assert.match(text, /^prod generation 3 \(prod-pr-59\): smoke since /m);
});

await test("ages and images are short", () => {
  assert.deepEqual([0, 119, 120, 7199, 7200, 172_800].map(age), ["0 s", "119 s", "2 min", "119 min", "2 h", "2 d"]);
  assert.equal(shortDigest(`registry:5000/a/app:1@${digest}`), "sha256:abababababab");
  assert.equal(shortDigest("registry:5000/a/app:1"), "app:1");
});
