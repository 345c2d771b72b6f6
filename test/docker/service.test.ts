import assert from "node:assert/strict";
import { test } from "node:test";
import { rootBecause } from "../../src/docker/waivers.ts";
import { type Registration, registrations, settingsOf } from "../registrations.ts";
import { goodRepository, passphrase, token } from "../settings/good-repository.ts";

interface Service {
  name: string;
  labels: { label: string; value: string }[];
  mode: object;
  endpointSpec: { mode: string; ports: { publishMode: string; publishedPort: number }[] };
  updateConfig: { order: string; failureAction: string };
  taskSpec: {
    containerSpec: {
      image: string;
      hostname: string;
      user: string;
      readOnly: boolean;
      init: boolean;
      capDrops: string[];
      capAdds?: string[];
      env: Record<string, string>;
      healthcheck: { tests: string[] };
      stopGracePeriod: string;
      mounts: { type: string; source?: string; target: string }[];
      secrets: { fileName: string; fileMode: number }[];
    };
    networksAdvanceds: { id: string; aliases: string[] }[];
    placement: { constraints: string[] };
    resources: { limits: { memoryBytes: number; nanoCpus: number } };
    restartPolicy: { condition: string; window: string };
    logDriver: { name: string; options: Record<string, string> };
  };
}

const stacks = ["platform", "staging-pr-7", "prod-data", "prod-pr-7"];

/** A platform with a repository has the deploy agent, too. */
const kinds = [...stacks.map((stack) => ({ stack, variables: {} })), { stack: "platform", variables: goodRepository }];

async function services(stack: string, { nodes = 1, variables = {} } = {}): Promise<Service[]> {
  const rows = await registrations(settingsOf(stack, { variables }), nodes);
  return rows.filter(({ type }) => type === "docker:index/service:Service").map(asService);
}

const asService = ({ inputs }: Registration) => inputs as unknown as Service;

for (const { stack, variables } of kinds) {
  const title = variables === goodRepository ? `${stack} with a repository` : stack;

  await test(`${title}: every service is closed, limited and watched`, async () => {
    for (const { name, taskSpec, endpointSpec } of await services(stack, { variables })) {
      const { containerSpec: container, resources, restartPolicy, logDriver } = taskSpec;
      assert.deepEqual(container.capDrops, ["ALL"], name);
      assert.equal(container.capAdds, undefined, name);
      assert.equal(container.readOnly, true, name);
      assert.equal(container.init, true, name);
      assert.ok(container.healthcheck.tests.length > 1, name);
      assert.ok(resources.limits.memoryBytes > 0 && resources.limits.nanoCpus > 0, name);
      assert.deepEqual([restartPolicy.condition, restartPolicy.window], ["any", "0s"], name);
      assert.equal(logDriver.name, "json-file", name);
      assert.equal(endpointSpec.mode, "dnsrr", name);
      assert.ok(
        container.secrets.every(({ fileMode }) => fileMode === 0o400),
        name,
      );
    }
  });

  await test(`${title}: only the waived services run as root`, async () => {
    for (const { name, taskSpec } of await services(stack, { variables })) {
      const service = name.slice(stack.length + 1).replace(/-\d+$/, "");
      const root = taskSpec.containerSpec.user.startsWith("0:");
      assert.equal(root, Object.hasOwn(rootBecause, service), `${name} as ${taskSpec.containerSpec.user}`);
    }
  });

  await test(`${title}: no secret stands in the environment of a service`, async () => {
    for (const { name, taskSpec } of await services(stack, { variables })) {
      const env = JSON.stringify(taskSpec.containerSpec.env);
      assert.doesNotMatch(env, /generated-|-password"|postgres-password|redis-password/, name);
      for (const secret of [token, passphrase]) assert.ok(!env.includes(secret), name);
    }
  });

  await test(`${title}: every stop is long enough to be waited for and shorter than Swarm's patience`, async () => {
    for (const { name, taskSpec } of await services(stack, { variables })) {
      const seconds = Number(/^(\d+)s$/.exec(taskSpec.containerSpec.stopGracePeriod)?.[1]);
      assert.ok(seconds >= 30 && seconds <= 50, `${name}: ${seconds}`);
    }
  });
}

await test("the deploy agent is one of those that were looked at", async () => {
  const all = await Promise.all(kinds.map(({ stack, variables }) => services(stack, { variables })));
  assert.ok(all.flat().some(({ name }) => name === "platform-jenkins-agent"));
});

await test("with certificates by ACME Traefik runs as root too, and keeps them on a volume", async () => {
  const settings = settingsOf("platform", { variables: { ACME_EMAIL: "admin@example.org", DOMAIN: "example.org" } });
  const traefik = (await registrations(settings)).find(
    ({ type, name }) => type === "docker:index/service:Service" && name === "traefik",
  );
  assert.ok(traefik);
  const { containerSpec } = asService(traefik).taskSpec;
  assert.equal(containerSpec.user, "0:0");
  assert.deepEqual(
    containerSpec.mounts.filter(({ type }) => type === "volume").map(({ target }) => target),
    ["/acme"],
  );
});

await test("at most five waivers, each with its reason", () => {
  const reasons = Object.values(rootBecause);
  // The fifth is Traefik's, which only ACME asks for.
  assert.ok(reasons.length <= 4);
  assert.ok(reasons.every((reason) => reason.length > 20));
});

await test("copies of a service have host names of their own, what runs once is called by its name", async () => {
  const hostnames = (await services("staging-pr-7")).map(({ name, taskSpec }) => [
    name,
    taskSpec.containerSpec.hostname,
  ]);
  const byName = Object.fromEntries(hostnames) as Record<string, string>;
  assert.equal(byName["staging-pr-7-daphne"], "daphne-{{.Task.Slot}}");
  assert.equal(byName["staging-pr-7-postgres-1"], "postgres-1");
});

await test("what scales and what is switched has one variable at most, so that neither replaces a task", async () => {
  const all = await services("prod-pr-7");
  for (const { name, taskSpec } of all) assert.ok(Object.keys(taskSpec.containerSpec.env).length <= 1, name);
});

await test("only the edge publishes ports, on the host itself", async () => {
  const publishing = (await Promise.all(stacks.map((stack) => services(stack))))
    .flat()
    .filter(({ endpointSpec }) => endpointSpec.ports.length > 0);
  assert.deepEqual(
    publishing.map(({ name }) => name),
    ["platform-traefik"],
  );
  assert.deepEqual(
    publishing[0]?.endpointSpec.ports.map(({ publishedPort, publishMode }) => [publishedPort, publishMode]),
    [
      [80, "host"],
      [443, "host"],
    ],
  );
});

await test("what has a volume is updated stop-first and never shares its volume", async () => {
  const all = (await Promise.all(stacks.map((stack) => services(stack)))).flat();
  const volumes = all.flatMap(({ name, taskSpec, updateConfig }) =>
    taskSpec.containerSpec.mounts
      .filter(({ type }) => type === "volume")
      .map(({ source }) => {
        assert.equal(updateConfig.order, "stop-first", name);
        return source;
      }),
  );
  assert.equal(new Set(volumes).size, volumes.length);
});

await test("a short name is never used on a network that stacks share", async () => {
  const shared = ["edge-id", "admin-id", "logs-id", "data-id"];
  for (const stack of ["staging-pr-7", "prod-pr-7"]) {
    const borrowed = shared.filter((id) => stack === "prod-pr-7" || id !== "data-id");
    for (const { name, taskSpec } of await services(stack)) {
      for (const { id, aliases } of taskSpec.networksAdvanceds) {
        if (borrowed.includes(id)) assert.deepEqual(aliases, [], `${name} on ${id}`);
      }
    }
  }
});

await test("on a cluster of several nodes, what has data is pinned to a labelled node", async () => {
  const pinned = (await services("prod-data", { nodes: 3 })).filter(({ taskSpec }) =>
    taskSpec.containerSpec.mounts.some(({ type }) => type === "volume"),
  );
  assert.ok(pinned.length > 0);
  for (const { name, taskSpec } of pinned) assert.equal(taskSpec.placement.constraints.length, 1, name);
});
