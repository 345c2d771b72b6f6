import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run } from "../../tools/command.ts";
import { startLoad } from "./load.ts";
import { type Site, startSite } from "./site.ts";

const host = "studygiveway.test";
const generator = join(import.meta.dirname, "generator.ts");
let site: Site;

before(async () => {
  site = await startSite();
});

after(() => site.close());

function command(...args: string[]) {
  return run([process.execPath, generator, "--host", host, "--port", String(site.port), "--upload", "0", ...args], {
    timeoutSeconds: 30,
  });
}

test("200 requests a second and ten visitors, all counted, on a part of a processor", async (context) => {
  const load = await startLoad({ host, port: site.port, seconds: 3, upload: 0 });
  const { release, requests } = await load.until("requests", (counters) => counters.requests > 100);
  assert.deepEqual([release, requests > 100], ["prod-pr-1.1", true]);
  const result = await load.result;
  assert.deepEqual([result.requests, result.lost, result.subjects.socket.ok], [600, 0, 10]);
  const share = (100 * result.cpuSeconds) / result.seconds;
  context.diagnostic(`the generator needs ${share.toFixed(0)} % of a processor; 25 % are expected`);
  // Its start and whatever else this machine does are in these few seconds, too.
  assert.ok(share < 50, `${share.toFixed(0)} % of a processor`);
});

test("a load that is stopped gives its result, the same each time", async () => {
  const load = await startLoad({ host, port: site.port, seconds: 600, sockets: 2 });
  await load.until("requests", ({ requests }) => requests > 0);
  const [one, other] = await Promise.all([load.stop(), load.stop()]);
  assert.equal(one, other);
  assert.equal(await load.stop(), one);
  assert.equal(one.lost, 0);
  assert.ok(one.seconds < 60);
  await assert.rejects(
    load.until("more", () => false),
    /the load ended before: more/,
  );
});

test("a load does not outlive who started it", async () => {
  const script = `
    const { startLoad } = await import(${JSON.stringify(join(import.meta.dirname, "load.ts"))});
    await startLoad({ host: "${host}", port: ${site.port}, seconds: 600 });
    process.stdout.write("begun");
    process.kill(process.pid, "SIGKILL");`;
  const starter = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [[said]] = (await Promise.all([once(starter.stdout, "data"), once(starter, "exit")])) as [[Buffer], unknown];
  assert.equal(said.toString(), "begun");
  for (const deadline = Date.now() + 10_000; site.visitors() > 0;) {
    assert.ok(Date.now() < deadline, `${site.visitors()} visitors are still there`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

test("the command says what was lost in words and with its exit code", async () => {
  const good = await command("--rate", "20", "--seconds", "1", "--sockets", "1");
  assert.equal(good.code, 0);
  assert.match(good.stdout, /^\| what .*lost/);
  assert.match(good.stdout, /20 requests in \d+ s, 20 a second, open loop/);
  site.fault = () => "503";
  const bad = await command("--rate", "20", "--seconds", "1", "--sockets", "0");
  site.fault = () => undefined;
  assert.equal(bad.code, 1);
  assert.match(bad.stdout, /\| all +\| +20 \| +0 \| +20 \|/);
});

test("a wrong command line does nothing", async () => {
  for (const [args, words] of [
    [["--address", "192.0.2.1"], /address: got "192\.0\.2\.1", expected 127\.0\.0\.0\/8 or ::1/],
    [["--rate", "many"], /rate: got NaN/],
    [["--verbose"], /Unknown option '--verbose'/],
  ] as const) {
    const { code, stderr, stdout } = await command(...args);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, words);
  }
  await assert.rejects(startLoad({ host, address: "192.0.2.1" }), /^Refusal: address: got/);
});
