import assert from "node:assert/strict";
import { test } from "node:test";
import { isKept, listed, readImages, readObjects, readServices, readTasks } from "../../src/cluster/objects.ts";
import { began, engineOf, ownership, serviceAnswer, storedAnswer, taskAnswer } from "./engine-answers.ts";

const stack = "staging-pr-7";
const answers = {
  services: [
    serviceAnswer(stack, "postgres-1"),
    serviceAnswer(stack, "daphne", {
      image: "registry.example.com/app:1@sha256:11",
      labels: { "studygiveway.generation": "4" },
    }),
    serviceAnswer("qa-pr-9", "nginx"),
  ],
  tasks: [taskAnswer(stack, "daphne"), taskAnswer("qa-pr-9", "nginx")],
  networks: [
    { Id: "n1", Name: "data-1a2b3c4", Created: began, Labels: ownership(stack) },
    { Id: "n2", Name: "ingress", Created: began, Labels: null },
  ],
  secrets: [storedAnswer("daphne-connections-0a7350b", ownership(stack, "daphne"))],
  configs: [
    storedAnswer("nginx-nginx.conf-1122334", ownership(stack, "nginx")),
    storedAnswer("studygiveway.ledger.staging.1", { "studygiveway.ledger": "staging" }),
  ],
  volumes: [
    {
      Name: `${stack}-postgres-1`,
      Labels: ownership(stack, "postgres"),
      CreatedAt: "2026-01-01T10:00:00Z",
      Mountpoint: "/",
    },
    { Name: "someone-elses", Labels: null, Mountpoint: "/" },
  ],
};

await test("lists what carries the label of a stack, and nothing else", async () => {
  const objects = await readObjects(engineOf(answers).engine);
  assert.deepEqual(
    listed(objects).map(({ kind, name, stack }) => [kind, name, stack]),
    [
      ["service", "qa-pr-9-nginx", "qa-pr-9"],
      ["service", "staging-pr-7-daphne", stack],
      ["service", "staging-pr-7-postgres-1", stack],
      ["network", "data-1a2b3c4", stack],
      ["secret", "daphne-connections-0a7350b", stack],
      ["config", "nginx-nginx.conf-1122334", stack],
      ["volume", "staging-pr-7-postgres-1", stack],
    ],
  );
});

await test("asks the Engine for one stack's objects only", async () => {
  const { engine, asked } = engineOf(answers);
  const objects = await readObjects(engine, "qa-pr-9");
  assert.deepEqual(
    listed(objects).map(({ name }) => name),
    ["qa-pr-9-nginx"],
  );
  assert.ok(
    asked.every((question) => question.includes("studygiveway.stack=qa-pr-9")),
    asked.join("\n"),
  );
});

await test("a service has its name within the stack, its image, its generation and its age", async () => {
  const [daphne, postgres] = await readServices(engineOf(answers).engine, stack);
  assert.ok(daphne && postgres);
  assert.deepEqual(
    [daphne.unit, daphne.image, daphne.generation, daphne.createdAt],
    ["daphne", "registry.example.com/app:1@sha256:11", 4, Date.parse("2026-01-01T10:00:00.123Z")],
  );
  assert.deepEqual([postgres.unit, postgres.generation], ["postgres-1", undefined]);
});

await test("tasks are those of the newest form of their services", async () => {
  const { engine, asked } = engineOf(answers);
  assert.deepEqual(
    (await readTasks(engine, stack)).map(({ ServiceID }) => ServiceID),
    [`${stack}.daphne`],
  );
  assert.match(asked[0] ?? "", /_up-to-date/);
});

await test("an Engine without volumes says null", async () => {
  assert.deepEqual((await readObjects(engineOf({ ...answers, volumes: null }).engine)).volumes, []);
});

await test("images are ours by any label of ours; <none> is no name", async () => {
  const image = { RepoDigests: null, Created: 1_767_261_600, Containers: -1, Size: 1 };
  const { engine } = engineOf({
    images: [
      { ...image, Id: "sha256:1", RepoTags: ["<none>:<none>"], Labels: { "studygiveway.inputs": "aa" } },
      { ...image, Id: "sha256:2", RepoTags: ["debian:13"], Labels: null },
    ],
  });
  assert.deepEqual(
    (await readImages(engine)).map(({ id, tags, createdAt }) => [id, tags, createdAt]),
    [["sha256:1", [], 1_767_261_600_000]],
  );
});

await test("kept is what says so in so many words", () => {
  assert.equal(isKept({ labels: { "studygiveway.keep": "true" } }), true);
  assert.equal(isKept({ labels: { "studygiveway.keep": "false" } }), false);
  assert.equal(isKept({ labels: {} }), false);
});
