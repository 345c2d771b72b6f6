import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { images } from "../../src/images.ts";
import { type Registry, startRegistry } from "./registry.ts";
import { destroy, docker, fleetUp, initStack, pulumi, runningTasks, setConfig, up } from "./world.ts";

// A registry that answers: Swarm keeps the digest and the platforms that a tag had on create, which no later `up` may undo.

const stack = "prod-pr-61";
const services = ["daphne", "nginx"] as const;
let registry: Registry;

before(async () => {
  await fleetUp(["platform", "prod-data"]);
  registry = await startRegistry();
  await initStack(stack);
  for (const service of services) {
    await registry.push(`stand-in/${images[service].standIn}`, service);
    await setConfig(stack, `${service}.image`, registry.named(service));
  }
  await up(stack);
});

after(async () => {
  await destroy(stack);
  await pulumi(stack, ["stack", "rm", "--yes"]);
  // As long as the node has one of the tags, it knows every digest of the repository.
  await docker("rmi", ...services.map(registry.named));
  await registry.stop();
});

async function tasks(): Promise<string[]> {
  const all = await Promise.all(services.map((service) => runningTasks(`${stack}-${service}`)));
  return all.flat().map(({ ID }) => ID);
}

test("what was deployed by tag is not changed by a second up, nor by a refresh", async () => {
  const before = await tasks();
  await pulumi(stack, ["preview", "--expect-no-changes"]);
  await up(stack, ["--refresh", "--expect-no-changes"]);
  assert.deepEqual(await tasks(), before);
});

test("one more copy of it leaves those that run alone", async () => {
  const before = await tasks();
  await setConfig(stack, "daphne.replicas", String(before.length));
  const { stdout } = await up(stack);
  assert.match(stdout, /^Resources:\n\s+~ 1 updated\n/m);
  const now = await tasks();
  assert.deepEqual(
    before.filter((id) => !now.includes(id)),
    [],
  );
});
