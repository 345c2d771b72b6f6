import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { type CommandResult, run } from "../../tools/command.ts";
import { chooseSource } from "../../tools/images.ts";
import { commitCheckout, copyCheckout, uncommitted } from "./checkout.ts";
import { inventory } from "./refusal.ts";
import { storesOf } from "./store.ts";
import { engine, eventually, https, plainPath, stackObjects, taskIds } from "./world.ts";

const stacks = ["platform", "staging-pr-1"] as const;
const folder = mkdtempSync(join(tmpdir(), "studygiveway-start-"));
const checkout = join(folder, "checkout");
const source = process.env["IMAGES"];
// Whoever runs the tests may want others than the registries say.
const isFound = (await chooseSource({}, () => undefined)) === source;
// Everything else is to be found out or made, as for somebody who has just cloned the project.
const env = {
  ...process.env,
  PATH: plainPath,
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: undefined,
  PULUMI_BACKEND_URL: `file://${folder}/state`,
  PULUMI_CONFIG_PASSPHRASE: undefined,
  DOMAIN: undefined,
  DOCKER_DATA_ROOT: undefined,
  IMAGES: isFound ? undefined : source,
};

before(async () => {
  await copyCheckout(checkout);
  await commitCheckout(checkout);
});

after(async () => {
  if (existsSync(join(checkout, ".env"))) await npm("stop", "--", "--data");
  rmSync(folder, { recursive: true, force: true });
});

async function npm(...args: readonly string[]): Promise<CommandResult & { readonly seconds: number }> {
  const began = performance.now();
  const result = await run(["npm", ...args], { cwd: checkout, env, timeoutSeconds: 900 });
  assert.equal(result.code, 0, `${result.stdout}\n${result.stderr}`);
  return { ...result, seconds: (performance.now() - began) / 1000 };
}

const first = { seconds: 0 };

test("npm start brings everything up and says where it is", async () => {
  const { stdout, stderr, seconds } = await npm("start");
  first.seconds = seconds;
  for (const subject of ["toolchain", "docker", "images", ...stacks]) {
    assert.match(stderr, new RegExp(`^\\[ *\\d+s\\] ${subject} +.*\\(\\d+ s\\)$`, "m"));
  }
  const notice = /^\[ *\d+s\] images +NOTICE: no registry answers/m;
  assert.equal(notice.test(stderr), isFound && source === "stand-in");
  for (const host of ["pr-1.staging", "s3.pr-1.staging", "pgadmin.pr-1.staging", "kibana", "jenkins", "traefik"]) {
    assert.ok(stdout.includes(`https://${host}.studygiveway.localhost`), `${host}\nis not in\n${stdout}`);
  }
  for (const words of ["stack output adminPassword --show-secrets", "npm stop"]) assert.ok(stdout.includes(words));
});

test("what it says works", async () => {
  const command = ["--silent", "run", "pulumi", "--", "stack", "output", "adminPassword", "--show-secrets"];
  const password = (await npm(...command, "--stack", "platform")).stdout.trim();
  await eventually("the release and a console answer", async () => {
    const answers = [
      await https({ host: "pr-1.staging.studygiveway.localhost", path: "/readyz" }),
      await https({ host: "kibana.studygiveway.localhost", path: "/api/status", auth: `admin:${password}` }),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
  });
});

test("a second npm start is fast and changes nothing", async () => {
  const before = await Promise.all(stacks.map(taskIds));
  const { stderr, seconds } = await npm("start");
  for (const stack of stacks) assert.match(stderr, new RegExp(`\\] ${stack} +nothing to do \\(`));
  const bound = Math.min(30, first.seconds / 2);
  assert.ok(seconds < bound, `${seconds.toFixed(1)} s after ${first.seconds.toFixed(1)} s`);
  assert.deepEqual(await Promise.all(stacks.map(taskIds)), before);
});

test("no committed file was changed", async () => {
  assert.equal(await uncommitted(checkout), "");
  const written = readFileSync(join(checkout, ".env"), "utf8");
  assert.match(written, /^PULUMI_CONFIG_PASSPHRASE=\S{20,}$/m);
  assert.match(written, new RegExp(`^IMAGES=${source ?? ""}$`, "m"));
});

const stores = storesOf("staging-pr-1");
const marker = `kept-${randomBytes(8).toString("hex")}`;

/** What the Engine holds, whatever its labels, but for the networks that it makes itself. */
async function left(): Promise<string[]> {
  assert.deepEqual(await engine.listContainers({ all: true }), []);
  return (await inventory()).filter((object) => !/^network (?:bridge|docker_gwbridge|host|ingress|none) /.test(object));
}

test("npm stop leaves data and nothing else", async () => {
  for (const store of stores) await store.write(marker, marker);
  const found = await Promise.all(stacks.map(stackObjects));
  const volumes = found.flatMap((objects) => objects.volumes.map(({ Name }) => `volume ${Name}`)).sort();
  assert.ok(volumes.length > stores.length);
  await npm("stop");
  // The records of deliveries belong to the cluster.
  const objects = (await left()).filter((object) => !/^config studygiveway\.(?:ledger|lease)\./.test(object));
  assert.deepEqual(objects, volumes);
});

test("an npm start that was killed is taken up by the next", async () => {
  const killed = spawn("npm", ["start"], { cwd: checkout, env, detached: true, stdio: ["ignore", "ignore", "pipe"] });
  for await (const line of createInterface({ input: killed.stderr })) {
    // In the midst of an update: some of it is made, and the stack is locked.
    if (/\] platform +[1-9]\d* resources done, now/.test(line)) break;
  }
  assert.ok(killed.pid !== undefined && killed.exitCode === null, "it ended before it could be killed");
  process.kill(-killed.pid, "SIGKILL");
  await npm("start");
});

test("and the data of before is there", async () => {
  for (const store of stores) {
    await eventually(`${store.name} has its marker`, async () => {
      assert.equal(await store.read(marker), marker);
    });
  }
  await npm("stop");
});

test("npm stop -- --data leaves nothing", async () => {
  await npm("stop", "--", "--data");
  assert.deepEqual(await left(), []);
  const backend = ["--silent", "run", "pulumi", "--", "stack", "ls", "--json"];
  assert.equal((await npm(...backend)).stdout.trim(), "[]");
});
