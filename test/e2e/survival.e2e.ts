import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, it } from "node:test";
import { killDaemon, launch } from "./daemon.ts";
import { type Store, storesOf } from "./store.ts";
import {
  containerOf,
  docker,
  engine,
  eventually,
  fleet,
  fleetUp,
  hostOf,
  https,
  isUp,
  privateDaemon,
  pulumi,
  removeConfig,
  setConfig,
  up,
} from "./world.ts";

const release = "staging-pr-7";
const stacks = ["platform", release] as const;
const stores = storesOf(release);
const written = new Map<string, string>();

/** Puts a marker of this step into every store. */
async function write(step: string): Promise<void> {
  const key = `${step}-${randomBytes(4).toString("hex")}`;
  const marker = randomBytes(8).toString("hex");
  for (const store of stores) await store.write(key, marker);
  written.set(key, marker);
}

/** What was written in all steps up to now is there. */
async function readBack(store: Store, seconds: number): Promise<void> {
  for (const [key, marker] of written) {
    await eventually(
      `${store.name} has ${key}`,
      async () => {
        assert.equal(await store.read(key), marker);
      },
      { seconds },
    );
  }
}

async function green(host: string): Promise<void> {
  const { status, body } = await https({ host, path: "/readyz" });
  assert.equal(status, 200, body);
}

/** The release says, with a named error, that it does not reach this store. */
async function red(name: string): Promise<void> {
  const { status, body } = await https({ host: hostOf(release), path: "/readyz" });
  assert.equal(status, 503, body);
  const { checks } = JSON.parse(body) as { checks: { name: string; ok: boolean; error: string | null }[] };
  const check = checks.find((one) => one.name === name);
  assert.equal(check?.ok, false, body);
  assert.match(check.error ?? "", /^\w+(?:: .+)?$/);
}

/** Every replica of every service runs and is healthy by what its container says, not by what Swarm remembers. */
async function allHealthy(): Promise<void> {
  const [services, containers] = await Promise.all([engine.listServices(), engine.listContainers()]);
  const late = services.flatMap(({ ID, Spec }) => {
    const wanted = Spec?.Mode?.Replicated?.Replicas ?? 1;
    const healthy = containers.filter(
      ({ Labels, Status }) => Labels["com.docker.swarm.service.id"] === ID && Status.includes("(healthy)"),
    );
    return healthy.length >= wanted ? [] : [`${Spec?.Name ?? ID} (${healthy.length} of ${wanted})`];
  });
  assert.deepEqual(late, []);
}

before(async () => {
  await fleetUp(stacks);
  await write("before");
});

/** kill -9 of its container: the release says what it misses, and another container takes the place. */
async function killed({ name, stack, unit }: Pick<Store, "name" | "stack" | "unit">): Promise<void> {
  const service = `${stack}-${unit}`;
  const { id } = await containerOf(service);
  await docker("kill", "--signal", "KILL", id);
  // The application does not use Jenkins.
  if (name !== "jenkins") await eventually(`the release misses ${name}`, () => red(name), { seconds: 30 });
  await eventually(
    `another container of ${service}`,
    async () => {
      const next = await containerOf(service);
      assert.notEqual(next.id, id);
      assert.equal((await next.inspect()).State.Health?.Status, "healthy");
    },
    { seconds: 120 },
  );
}

describe("what keeps nothing is missed and comes back after", () => {
  for (const passing of [
    { name: "memcached", stack: release, unit: "memcached-1" },
    { name: "logstash", stack: "platform", unit: "logstash" },
  ]) {
    it(`kill -9 of ${passing.name}`, async () => {
      await killed(passing);
      await eventually("the release is green", () => green(hostOf(release)), { seconds: 60 });
    });
  }
});

describe("what is stored survives", () => {
  for (const store of stores) {
    it(`kill -9 of ${store.name}`, async () => {
      await killed(store);
      await readBack(store, 60);
    });
  }

  it("all of it together", async () => {
    await eventually("the release is green", () => green(hostOf(release)), { seconds: 60 });
    await write("after-kills");
  });

  it("an update of every store", async () => {
    const settings = stores.map(({ stack, name }) => [stack, `${name}.memoryMb`] as const);
    const ids = await Promise.all(stores.map(({ stack, unit }) => containerOf(`${stack}-${unit}`)));
    try {
      for (const [stack, path] of settings) await setConfig(stack, path, String(await moreMemory(stack, path)));
      for (const stack of stacks) await up(stack);
      for (const [index, { stack, unit }] of stores.entries()) {
        assert.notEqual((await containerOf(`${stack}-${unit}`)).id, ids[index]?.id, `${unit} was not updated`);
      }
      for (const store of stores) await readBack(store, 60);
      await write("after-update");
    } finally {
      for (const [stack, path] of settings) await removeConfig(stack, path);
    }
    for (const stack of stacks) await up(stack);
    for (const store of stores) await readBack(store, 60);
    await eventually("the release is green", () => green(hostOf(release)), { seconds: 60 });
  });

  it("kill -9 of dockerd; 90 s after its start all is healthy again", async (context) => {
    const others = await Promise.all(fleet.map(async (stack) => ((await isUp(stack)) ? [stack] : [])));
    const apps = others.flat().filter((stack) => stack.includes("-pr-"));
    const daemon = privateDaemon();
    killDaemon(daemon);
    const began = performance.now();
    await launch(daemon);
    const left = () => Math.max(1, 90 - (performance.now() - began) / 1000);
    await eventually("every service is healthy", allHealthy, { seconds: left() });
    for (const app of apps) await eventually(`${app} is green`, () => green(hostOf(app)), { seconds: left() });
    context.diagnostic(`healthy ${((performance.now() - began) / 1000).toFixed(1)} s after the start of dockerd`);
    for (const store of stores) await readBack(store, 30);
    for (const stack of stacks) await pulumi(stack, ["preview", "--expect-no-changes"]);
  });
});

async function moreMemory(stack: string, path: string): Promise<number> {
  const unit = stores.find(({ stack: owner, name }) => owner === stack && path.startsWith(`${name}.`))?.unit ?? "";
  const { HostConfig } = await (await containerOf(`${stack}-${unit}`)).inspect();
  return (HostConfig.Memory ?? 0) / 2 ** 20 + 32;
}
