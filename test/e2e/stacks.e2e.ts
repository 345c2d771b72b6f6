import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { fleet, inside, outputs, preview, privateDaemon, ready, releases, stackObjects, taskIds, up } from "./world.ts";

const dataTier = [
  ...["etcd-1", "postgres-1", "pgbouncer-1", "haproxy", "pgadmin", "redis-stack-1", "redisinsight", "memcached-1"],
  ...["memcached-admin", "minio-1"],
];
const app = ["daphne", "nginx"];
const services = {
  platform: ["traefik", "docker-guard", "jenkins", "elasticsearch-1", "logstash", "kibana", "filebeat"],
  "prod-data": dataTier,
  "staging-pr-7": [...dataTier, ...app],
  "qa-pr-7": [...dataTier, ...app],
  "prod-pr-7": app,
};

/** Which stack has to be there before which. */
const waves = [["platform"], ["prod-data", "staging-pr-7", "qa-pr-7"], ["prod-pr-7"]] as const;

async function create(stack: keyof typeof services): Promise<void> {
  const { stdout } = await preview(stack);
  assert.match(stdout, /\+ \d+ to create/);
  assert.deepEqual(Object.values(await stackObjects(stack)).flat(), []);
  await up(stack);
  const found = await stackObjects(stack);
  const wanted = services[stack].map((service) => `${stack}-${service}`).sort();
  assert.deepEqual(found.services.map(({ Spec }) => Spec?.Name).sort(), wanted);
  assert.deepEqual([...((await outputs(stack))["services"] as string[])].sort(), [...services[stack]].sort());
  const states = found.tasks.filter(({ DesiredState }) => DesiredState === "running").map(({ Status }) => Status.State);
  assert.deepEqual([...new Set(states)], ["running"]);
}

test("preview makes nothing, up makes everything", async (t) => {
  for (const wave of waves) {
    await t.test(`of ${wave.join(", ")}`, { concurrency: true }, async (side) => {
      await Promise.all(wave.map((stack) => side.test(stack, () => create(stack))));
    });
  }
});

test("a second up, and one that looks at what is really there, change nothing", async (t) => {
  const before = await Promise.all(fleet.map(taskIds));
  for (const flags of [[], ["--refresh"]]) {
    await t.test(["up", ...flags].join(" "), { concurrency: true }, async (side) => {
      const again = async (stack: string) => {
        const { stdout } = await up(stack, [...flags, "--expect-no-changes"]);
        assert.match(stdout, /^Resources:\n\s+\d+ unchanged\n+Duration:/m);
      };
      await Promise.all(fleet.map((stack) => side.test(stack, () => again(stack))));
    });
  }
  assert.deepEqual(await Promise.all(fleet.map(taskIds)), before);
});

interface Readiness {
  readonly ok: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly error: string | null }[];
}

for (const stack of releases) {
  test(`${stack} reaches everything it is connected with`, async () => {
    const { ok, checks } = JSON.parse(await ready(stack)) as Readiness;
    assert.ok(ok);
    assert.deepEqual(checks.map(({ name, ok }) => `${name} ${ok ? "is ready" : "is not"}`).sort(), [
      ...["elasticsearch is ready", "logstash is ready", "memcached is ready", "minio is ready", "postgres is ready"],
      "redis-stack is ready",
    ]);
  });
}

test("a release that borrows has no data of its own", async () => {
  const { volumes } = await stackObjects("prod-pr-7");
  assert.deepEqual(volumes, []);
});

test("nothing but the two ports of the edge listens because of us", async () => {
  const { stdout } = await inside(["ss", "-Hltunp"]);
  const sockets = stdout.split("\n").map((line) => {
    const [protocol = "", , , , local = ""] = line.split(/\s+/);
    const colon = local.lastIndexOf(":");
    const program = /\(\("([^"]+)/.exec(line)?.[1];
    return { port: `${protocol} ${local.slice(colon + 1)}`, address: local.slice(0, colon), program };
  });
  const portsOf = (mine: boolean) => {
    const found = sockets.filter(({ port }) => swarmsOwn.includes(port) !== mine).map(({ port }) => port);
    return [...new Set(found)].sort();
  };
  assert.deepEqual(portsOf(true), ["tcp 443", "tcp 80"]);
  // 4789 belongs to the kernel.
  const others = sockets.filter(({ port }) => swarmsOwn.includes(port) && port !== "udp 4789");
  for (const { port, address, program } of others) {
    assert.deepEqual([address, program], ["127.0.0.1", "dockerd"], port);
  }
});

/** Control of the cluster, gossip, and the networks between nodes; all but the last for this machine alone. */
const swarmsOwn = ["tcp 2377", "tcp 7946", "udp 7946", "udp 4789"];

test("no other port of 65535 answers from another network namespace", async () => {
  const { address } = privateDaemon().namespace;
  const ports = Array.from({ length: 65_535 }, (_, index) => index + 1);
  const open: number[] = [];
  const worker = async () => {
    for (let port = ports.pop(); port !== undefined; port = ports.pop())
      if (await answers(address, port)) open.push(port);
  };
  await Promise.all(Array.from({ length: 256 }, worker));
  assert.deepEqual(
    open.sort((a, b) => a - b),
    [80, 443],
  );
});

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once("connect", () => {
      end(true);
    });
    for (const event of ["error", "timeout"] as const) {
      socket.once(event, () => {
        end(false);
      });
    }
  });
}
