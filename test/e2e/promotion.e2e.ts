import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readRecords } from "../../src/cluster/ledger.ts";
import { readObjects } from "../../src/cluster/objects.ts";
import { type Environment } from "../../src/identity.ts";
import { readLeases } from "../../src/delivery/lease.ts";
import { statusSchema } from "../../src/delivery/status/report.ts";
import { goodImage } from "./applications.ts";
import { answering, ledger, promote, type Promoted, releasesThere, runningImage, sgw } from "./sgw.ts";
import { domain, engine, eventually, fleetUp } from "./world.ts";

// The whole way of two pull requests, as merges would send them: each stage takes the digest of the one before, and the
// stage it came from goes when the next one is proven.

/** Releases that other files made. */
let others: string[] = [];
const images = new Map<number, string>();

before(async () => {
  await fleetUp(["platform", "prod-data"]);
  // With --keep, an earlier run may have left some, and what it wrote down would be refused as destroyed.
  const left = (await releasesThere()).filter((stack) => /-pr-4[12]$/.test(stack));
  for (const stack of left) await sgw(["destroy", stack, "--live", "--yes"]);
  for (const { id } of await readRecords(engine)) await engine.getConfig(id).remove();
  others = await releasesThere();
  for (const pr of [41, 42]) images.set(pr, await goodImage(pr));
});

after(async () => {
  for (const stack of await ours()) await sgw(["destroy", stack, "--live", "--yes"]);
});

async function ours(): Promise<string[]> {
  return (await releasesThere()).filter((stack) => !others.includes(stack));
}

/** What has to hold after every step: these stacks and no others, and users reach this generation of this digest. */
async function expect(promoted: Promoted, pr: number, stacks: readonly string[]): Promise<void> {
  const image = images.get(pr);
  assert.equal(promoted.image, image);
  assert.equal(await runningImage(promoted.stack), image);
  assert.equal(await answering(promoted.stack), `${promoted.stack}.${promoted.generation}`);
  assert.deepEqual(await ours(), [...stacks].sort());
  const { services, networks, secrets, configs } = await readObjects(engine);
  const there = [...services, ...networks, ...secrets, ...configs].map(({ stack }) => stack);
  const strays = there.filter((stack) => /-pr-4[12]$/.test(stack) && !stacks.includes(stack));
  assert.deepEqual(strays, []);
}

function step(title: string, environment: Environment, pr: number, args: string[], stacks: string[]): void {
  test(title, async () => {
    await expect(await promote(environment, "--pr", String(pr), ...args), pr, stacks);
  });
}

function staging(pr: number, stacks: string[]): void {
  test(`pull request ${pr} is merged to STAGING`, async () => {
    await expect(await promote("staging", "--pr", String(pr), "--image", images.get(pr) ?? ""), pr, stacks);
  });
}

staging(41, ["staging-pr-41"]);
step("to QA: the same digest, and STAGING is gone", "qa", 41, [], ["qa-pr-41"]);
step("to PROD: the same digest, and QA is gone", "prod", 41, [], ["prod-pr-41"]);

test("the site is PROD", async () => {
  const [entry] = (await ledger("prod")).slice(-1);
  assert.equal(entry?.outcome, "live");
  assert.equal(await answering("prod-pr-41"), `prod-pr-41.${entry.generation}`);
  const { stdout } = await sgw(["status", "--json"]);
  assert.ok(stdout.includes(`https://${domain}`));
});

staging(42, ["prod-pr-41", "staging-pr-42"]);
step("42 to QA beside 41 in PROD", "qa", 42, [], ["prod-pr-41", "qa-pr-42"]);
step("42 to PROD: 41 and QA are gone", "prod", 42, [], ["prod-pr-42"]);

test("what was promoted by number is remembered", async () => {
  const told = async (environment: Environment) =>
    (await ledger(environment)).slice(-2).map(({ pr, outcome }) => `${pr} ${outcome}`);
  assert.deepEqual(await told("staging"), ["41 destroyed", "42 destroyed"]);
  assert.deepEqual(await told("qa"), ["41 destroyed", "42 destroyed"]);
  assert.deepEqual(await told("prod"), ["41 destroyed", "42 live"]);
});

test("what was destroyed, is older or was never in the stage before is refused, and nothing changes", async () => {
  const before = await ours();
  const refused = async (args: string[], words: RegExp) => {
    const { stderr } = await sgw(["promote", ...args, "--yes"], { code: 2 });
    assert.match(stderr, words);
  };
  await refused(["staging", "--pr", "42", "--image", images.get(42) ?? ""], /was destroyed in staging .* --revive/);
  await refused(["staging", "--pr", "40", "--image", images.get(41) ?? ""], /older than 42, which was live in staging/);
  await refused(["prod", "--pr", "41"], /was destroyed in prod/);
  await refused(["qa", "--pr", "77"], /77: got one that was never live in staging/);
  await refused(["prod", "--pr", "42", "--image", "x:1"], /--image: got "x:1", expected none/);
  await refused(["staging"], /--pr: got nothing, expected a number/);
  for (const number of ["0", "-1", "1;rm", "1000000000", "42a", ""]) {
    await refused(["qa", `--pr=${number}`], /Expected a number from 1 to 999999999/);
  }
  await refused(["production", "--pr", "42"], /Allowed choices are staging, qa, prod/);
  assert.deepEqual(await ours(), before);
});

test("of two deployers one waits for the other, or is told who holds the lease", async () => {
  const first = promote("prod", "--pr", "41", "--revive");
  await eventually("somebody deploys", async () => {
    assert.equal((await readLeases(engine)).length, 1);
  });
  const { stderr } = await sgw(["promote", "prod", "--pr", "42", "--revive", "--yes", "--wait", "0"], { code: 2 });
  assert.match(stderr, /lease of prod: got .*@.*, expected it to be free within 0 s/);
  const { stdout } = await sgw(["status", "--json"]);
  assert.equal(statusSchema.parse(JSON.parse(stdout)).leases[0]?.environment, "prod");
  const second = await promote("prod", "--pr", "42", "--revive");
  assert.equal(second.generation, (await first).generation + 1);
  await expect(second, 42, ["prod-pr-42"]);
});

test("a rollback redeploys the former digest, and 42 is gone", async () => {
  const { stdout } = await sgw(["rollback", "prod", "--yes", "--json"]);
  await expect(JSON.parse(stdout) as Promoted, 41, ["prod-pr-41"]);
});
