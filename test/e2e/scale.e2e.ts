import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { uncommitted } from "./checkout.ts";
import {
  docker,
  eventually,
  fleetUp,
  hostOf,
  https,
  project,
  removeConfig,
  runningTasks,
  setConfig,
  taskIds,
  up,
} from "./world.ts";

const stack = "staging-pr-7";
const scaled = ["daphne", "nginx"] as const;

before(() => fleetUp(["platform", stack]));

after(async () => {
  for (const service of scaled) await removeConfig(stack, `${service}.replicas`);
});

async function tasksOf(service: string): Promise<string[]> {
  return (await runningTasks(`${stack}-${service}`)).map(({ ID }) => ID).sort();
}

/** The tasks of every other service of this stack and of the platform. */
async function otherTasks(): Promise<string[]> {
  const own = new Set((await Promise.all(scaled.map(tasksOf))).flat());
  const all = await Promise.all(["platform", stack].map(taskIds));
  return all.flat().filter((id) => !own.has(id));
}

async function scale(replicas: number): Promise<void> {
  for (const service of scaled) await setConfig(stack, `${service}.replicas`, String(replicas));
  const { stdout } = await up(stack);
  assert.match(stdout, /^Resources:\n\s+~ 2 updated\n\s+\d+ unchanged\n/m);
}

/** The application's page names the copy that made it. */
async function answering(): Promise<string> {
  const { status, body } = await https({ host: hostOf(stack) });
  assert.equal(status, 200, body);
  return /answered by ([\w-]+)/.exec(body)?.[1] ?? "";
}

test("daphne and nginx go from one copy to three and touch nothing else", async () => {
  const [others, first] = await Promise.all([otherTasks(), Promise.all(scaled.map(tasksOf))]);
  await scale(3);
  assert.deepEqual(await otherTasks(), others);
  for (const [index, service] of scaled.entries()) {
    const tasks = await tasksOf(service);
    assert.equal(tasks.length, 3);
    for (const task of first[index] ?? [])
      assert.ok(tasks.includes(task), `${service}: the copy that ran was replaced`);
  }
});

test("all three copies of daphne answer", async () => {
  const hosts = new Set<string>();
  await eventually("an answer of each copy", async () => {
    hosts.add(await answering());
    assert.deepEqual([...hosts].sort(), ["daphne-1", "daphne-2", "daphne-3"]);
  });
});

test("all three copies of nginx answer", async () => {
  const mark = `scale-${Date.now()}`;
  const containers = (await runningTasks(`${stack}-nginx`)).map(
    ({ Status }) => Status.ContainerStatus?.ContainerID ?? "",
  );
  // nginx tells of what failed.
  await eventually("a request in the log of each copy", async () => {
    assert.equal((await https({ host: hostOf(stack), path: `/${mark}` })).status, 404);
    const logs = await Promise.all(containers.map((id) => docker("logs", "--tail", "200", id)));
    assert.deepEqual(
      logs.map((log) => log.includes(mark)),
      [true, true, true],
    );
  });
});

test("and back to one", async () => {
  const others = await otherTasks();
  await scale(1);
  assert.deepEqual(await otherTasks(), others);
  assert.deepEqual(
    (await Promise.all(scaled.map(tasksOf))).map(({ length }) => length),
    [1, 1],
  );
  assert.equal((await https({ host: hostOf(stack) })).status, 200);
});

test("what was set for this stack alone has changed no committed file", async () => {
  assert.equal(await uncommitted(project), "");
});
