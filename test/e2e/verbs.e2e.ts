import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import { logLineSchema } from "../../src/delivery/logs/line.ts";
import { backendFolder } from "../../tools/environment.ts";
import { shell } from "./container.ts";
import { sgw } from "./sgw.ts";
import { eventually, fleetUp, removeConfig, setConfig, taskIds } from "./world.ts";

// The verbs that look at a release, and the one that brings it up, where it is up already.

const stack = "staging-pr-7";

before(() => fleetUp(["platform", stack]));

async function isHealthy(): Promise<void> {
  assert.match((await sgw(["doctor"])).stdout, /^Nothing is wrong\.$/m);
}

test("doctor names a lock that a dead process left, and the command that removes it and nothing else", async () => {
  await isHealthy();
  const folder = backendFolder(process.env["PULUMI_BACKEND_URL"] ?? "") ?? "";
  const file = join(folder, ".pulumi", "locks", "organization", "studygiveway-infra", stack, "0f1e.json");
  mkdirSync(dirname(file), { recursive: true });
  const lock = { pid: 2 ** 22 - 1, username: "root", hostname: hostname(), timestamp: new Date().toISOString() };
  writeFileSync(file, JSON.stringify(lock));
  try {
    const { stdout } = await sgw(["doctor"], { code: 1 });
    assert.match(
      stdout,
      /^PROBLEM +locks +staging-pr-7 is locked by process \d+ of .*, which has ended\n +-> sgw up staging-pr-7$/m,
    );
    assert.match(stdout, /\n1 problem\.$/);
    const tasks = await taskIds(stack);
    const up = await sgw(["up", stack, "--yes"]);
    assert.match(up.stderr, /removes the lock of an update that died/);
    assert.equal(up.stdout, `${stack}: nothing to do`);
    assert.deepEqual(await taskIds(stack), tasks);
  } finally {
    rmSync(file, { force: true });
  }
  await isHealthy();
});

test("up is refused where nobody can be asked", async () => {
  const { stderr } = await sgw(["up", stack], { code: 2 });
  assert.match(stderr, /confirmation: got no terminal to ask at, expected --yes/);
});

test("logs has the lines of the service that is named, as text and as JSON", async () => {
  const marker = `marker${randomBytes(6).toString("hex")}`;
  await shell(`${stack}-daphne`, `echo ${marker} > /proc/1/fd/1`);
  const lines = async (...flags: readonly string[]) =>
    (await sgw(["logs", stack, "daphne", ...flags])).stdout.split("\n");
  const text = await eventually("the line is in the log", async () => {
    const found = await lines();
    assert.ok(found.some((line) => line.endsWith(`| ${marker}`)));
    return found;
  });
  assert.deepEqual(
    text.filter((line) => !/^daphne(?:\.\d+)? +\| /.test(line)),
    [],
  );
  const told = (await lines("--json")).map((line) => logLineSchema.parse(JSON.parse(line)));
  assert.deepEqual([...new Set(told.map((line) => `${line.stack} ${line.service}`))], [`${stack} daphne`]);
  assert.equal(told.find((line) => line.text === marker)?.stream, "stdout");
});

test("preview names the service that changes and what that risks, or says that nothing does", async () => {
  await setConfig(stack, "daphne.replicas", "2");
  try {
    const { stdout } = await sgw(["preview", stack]);
    assert.match(stdout, /^staging-pr-7: 1 to be updated, \d+ unchanged\n\ndaphne: harmless\n.* replicas 1 → 2\n/);
    assert.match(stdout, /\n\nharmless$/);
  } finally {
    await removeConfig(stack, "daphne.replicas");
  }
  const { stdout, stderr } = await sgw(["preview", stack]);
  assert.match(stdout, /^staging-pr-7: \d+ unchanged$/);
  assert.match(stderr, /no changes/);
});

test("a backend that does not answer is told without its password, and without a trace of the program", async () => {
  const env = { PULUMI_BACKEND_URL: "postgres://sgw:hunter2@127.0.0.1:1/state" };
  for (const args of [["preview", stack], ["doctor"], ["gc"]]) {
    const { stdout, stderr } = await sgw(args, { code: args[0] === "gc" ? 0 : 1, env });
    const said = stdout + stderr;
    assert.match(said, /unable to open state database "postgres:\/\/\*\*\*\*@127\.0\.0\.1:1\/state"/);
    assert.doesNotMatch(said, /hunter2|^ +at /m);
  }
});
