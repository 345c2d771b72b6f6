import assert from "node:assert/strict";
import { before, test } from "node:test";
import { releasesThere, sgw, status } from "./sgw.ts";
import { destroy, engine, fleetUp, isUp, ready, releases, stackObjects, up } from "./world.ts";

const stack = "staging-pr-7";

before(() => fleetUp());

/** What a destroyed stack leaves, asked for at once: the names of its volumes, and nothing else. */
async function remainsOf(name: string): Promise<string[]> {
  const { volumes, ...others } = await stackObjects(name);
  const left = Object.entries(others).flatMap(([kind, found]) => found.map(() => kind));
  assert.deepEqual(left, [], `left of ${name}`);
  return volumes.map(({ Name }) => Name).sort();
}

test("destroy, and at once up again, five times in a row", async (t) => {
  const volumes = (await stackObjects(stack)).volumes.map(({ Name }) => Name).sort();
  assert.ok(volumes.length > 0);
  for (let round = 1; round <= 5; round++) {
    await t.test(`round ${round}`, async () => {
      await destroy(stack);
      await up(stack);
      assert.deepEqual((await stackObjects(stack)).volumes.map(({ Name }) => Name).sort(), volumes);
    });
  }
  // Its data is that of before, its generated passwords are not.
  await ready(stack);
});

async function end(name: string): Promise<void> {
  const withData = (await stackObjects(name)).volumes.map(({ Name }) => Name).sort();
  await destroy(name);
  assert.equal(await isUp(name), false);
  assert.deepEqual(await remainsOf(name), withData);
  assert.ok(withData.every((volume) => volume.startsWith(`${name}-`)));
}

test("destroying a stack leaves its data and nothing else", async (t) => {
  // What the files before have promoted borrows, too.
  const promoted = (await releasesThere()).filter((stack) => !releases.some((release) => release === stack));
  for (const stack of promoted) await sgw(["destroy", stack, "--live", "--yes"]);
  // Those that borrow go before those that lend.
  for (const wave of [releases, ["prod-data"], ["platform"]]) {
    await t.test(`of ${wave.join(", ")}`, { concurrency: true }, async (side) => {
      await Promise.all(wave.map((name) => side.test(name, () => end(name))));
    });
  }
});

test("then nothing of anybody is left in the Engine", async () => {
  assert.deepEqual(await engine.listServices(), []);
  assert.deepEqual(await engine.listContainers({ all: true }), []);
  assert.deepEqual(await engine.listSecrets(), []);
  // The ledger and the leases belong to the cluster.
  const configs = (await engine.listConfigs()) as unknown as { Spec: { Name: string } }[];
  assert.deepEqual(
    configs.map(({ Spec }) => Spec.Name).filter((name) => !/^studygiveway\.(ledger|lease)\./.test(name)),
    [],
  );
  const networks = (await engine.listNetworks()).map(({ Name }) => Name).sort();
  assert.deepEqual(networks, ["bridge", "docker_gwbridge", "host", "ingress", "none"]);
  const strangers = (await engine.listVolumes()).Volumes.filter(({ Labels }) => !("studygiveway.stack" in Labels));
  assert.deepEqual(strangers, []);
});

test("and status says so", async () => {
  const { report, text } = await status();
  assert.deepEqual([report.stacks, report.leases, report.going], [[], [], []]);
  assert.match(text, /^Nothing is deployed on this cluster\.\n/);
});
