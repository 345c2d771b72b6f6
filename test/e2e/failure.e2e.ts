import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  destroy,
  docker,
  engine,
  eventually,
  fleetUp,
  hostOf,
  https,
  initStack,
  isUp,
  removeConfig,
  runningTasks,
  setConfig,
  stackObjects,
  up,
} from "./world.ts";

const stack = "qa-pr-8";
const service = `${stack}-daphne`;
const crashing = "studygiveway-e2e/crashing:1";
const absent = "studygiveway-e2e/absent:1";
const lastWords = ["cannot find the flux capacitor", "giving up"];

before(async () => {
  await fleetUp(["platform", "staging-pr-7"]);
  await makeCrashingImage();
  await initStack(stack);
});

after(async () => {
  if (await isUp(stack)) await destroy(stack);
});

/** The application's image, with a program that says two lines and ends. */
async function makeCrashingImage(): Promise<void> {
  const { Spec } = (await engine.getService("staging-pr-7-daphne").inspect()) as {
    Spec: { TaskTemplate: { ContainerSpec: { Image: string } } };
  };
  const folder = mkdtempSync(join(tmpdir(), "studygiveway-crashing-"));
  const script = [...lastWords.map((line) => `echo ${line}`), "exit 1"].join("; ");
  const lines = [`FROM ${Spec.TaskTemplate.ContainerSpec.Image}`, "ENTRYPOINT []", `CMD ["sh", "-c", "${script}"]`];
  writeFileSync(join(folder, "Dockerfile"), lines.join("\n"));
  try {
    await docker("build", "--quiet", "--tag", crashing, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What Swarm says of a service that is new, and of one that worked before. */
const failures = { create: "\\d+ tasks failed", update: "update \\w+|\\d+ tasks failed" };

/**
 * Brings the stack up with an image that cannot work. Within a minute the error has to name the service as the stack
 * knows it, and below that name say why; Pulumi itself names only resources.
 */
async function refuse(
  kind: keyof typeof failures,
  image: string,
  reasons: readonly string[],
  [name, unit] = ["daphne", "daphne"],
): Promise<void> {
  await setConfig(stack, `${name}.image`, image);
  const { stdout, stderr, seconds } = await up(stack, [], { expectFailure: true });
  const output = `${stdout}\n${stderr}`;
  const report = `^( +)error: not healthy:\\n\\1${unit}: ((?:${failures[kind]}): .*(?:\\n\\1 {4}.*)*)`;
  const said = new RegExp(report, "m").exec(output)?.[2] ?? "";
  for (const words of reasons) assert.ok(said.includes(words), `${words}\nis not said of ${unit} in\n${output}`);
  assert.ok(seconds < 60, `failed only after ${seconds.toFixed(1)} s`);
}

async function recover(name: string): Promise<void> {
  await removeConfig(stack, `${name}.image`);
  await up(stack);
  await eventually("the release answers", async () => {
    assert.equal((await https({ host: hostOf(stack) })).status, 200);
  });
}

/**
 * A failed update leaves a task that ran before, and it answers all the time. There can be several: Swarm keeps every
 * replacement of a task that ended by itself just when start-first replaced it, until the next change.
 */
async function refuseInUpdate(image: string, reasons: readonly string[]): Promise<void> {
  const tasks = (await runningTasks(service)).map(({ ID }) => ID);
  const watch = { isOver: false, answers: [] as number[] };
  const watching = (async () => {
    while (!watch.isOver) watch.answers.push((await https({ host: hostOf(stack) })).status);
  })();
  try {
    await refuse("update", image, reasons);
  } finally {
    watch.isOver = true;
    await watching;
  }
  const left = (await runningTasks(service)).map(({ ID }) => ID);
  assert.ok(left.length > 0);
  assert.deepEqual(
    left.filter((task) => !tasks.includes(task)),
    [],
  );
  assert.ok(watch.answers.length > 0);
  assert.deepEqual(
    watch.answers.filter((status) => status !== 200),
    [],
  );
}

test("a new stack with an image that does not exist", () => refuse("create", absent, ["No such image"]));

test("a new stack with a service that crashes", async () => {
  // On what is left of the one before, the image alone would change; and that one's database was hardly begun.
  await destroy(stack);
  const { volumes } = await stackObjects(stack);
  for (const { Name } of volumes) await engine.getVolume(Name).remove();
  await refuse("create", crashing, lastWords);
});

test("the right image makes the stack complete", () => recover("daphne"));

test("an update to an image that does not exist", () => refuseInUpdate(absent, ["No such image"]));

test("an update to a service that crashes", () => refuseInUpdate(crashing, lastWords));

test("and the right image again", () => recover("daphne"));

test("an update of another service to an image that does not exist", async () => {
  await refuse("update", absent, ["No such image"], ["memcached", "memcached-1"]);
  await recover("memcached");
});
