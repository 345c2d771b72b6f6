import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readRecords } from "../../src/cluster/ledger.ts";
import { type Environment } from "../../src/identity.ts";
import { idOf, isOnNode, layeredImage } from "./applications.ts";
import { Lent } from "./lent.ts";
import { expectOrder } from "./order.ts";
import { makingNothing } from "./refusal.ts";
import { type Registry, startRegistry } from "./registry.ts";
import {
  answeredByNobody,
  answering,
  backendFiles,
  expectImage,
  ledger,
  promote,
  type Promoted,
  refused,
  releasesOnFile,
  releasesThere,
  servesNoLonger,
  sgw,
  status,
} from "./sgw.ts";
import { expectLive, expectUnderWay } from "./shown.ts";
import { docker, domain, engine, eventually, fleetUp, hostOf, pulumi } from "./world.ts";

// The whole way of two pull requests, as merges would send them: what STAGING is told by tag is one digest from then on,
// and the stage it came from goes when the next one is proven. A third one gets no further than STAGING.

const prs = [39, 41, 42];
const isMine = (stack: string) => prs.some((pr) => stack.endsWith(`-pr-${pr}`));

/** Releases that other files made. */
let others: string[] = [];
let registry: Registry;
/** What the stages are to run of each pull request: by digest, or by id where no registry has it. */
const images = new Map<number, string>();
/** What the users of PROD are answered by. */
let site = "";
/** What PROD borrows. */
let lent: Lent;

before(async () => {
  await fleetUp(["platform", "prod-data"]);
  // With --keep, an earlier run may have left some, and what it wrote down would be refused as destroyed.
  for (const stack of (await releasesThere()).filter(isMine)) await sgw(["destroy", stack, "--live", "--yes"]);
  for (const { id } of await readRecords(engine)) await engine.getConfig(id).remove();
  others = await releasesThere();
  lent = await Lent.read();
  registry = await startRegistry();
});

after(async () => {
  await registry.stop();
  for (const stack of await ours()) await sgw(["destroy", stack, "--live", "--yes"]);
});

async function ours(): Promise<string[]> {
  return (await releasesThere()).filter((stack) => !others.includes(stack));
}

interface Step {
  readonly pr: number;
  /** What goes because of it. */
  readonly gone?: readonly string[];
  /** All that is there afterwards. */
  readonly left: readonly string[];
}

/** What has to hold after every step: these stacks and no others, and users reach this generation of this digest. */
async function expect(promoted: Promoted, { pr, gone = [], left }: Step): Promise<void> {
  const { stack, generation, image, url, destroyed } = promoted;
  assert.equal(image, images.get(pr));
  await expectImage(stack, image);
  assert.equal(url, `https://${hostOf(stack)}`);
  const mark = `${stack}.${generation}`;
  assert.equal(await answering(stack), mark);
  if (stack.startsWith("prod-")) {
    site = mark;
    await lent.expectKept();
  }
  // For them nothing changes by what other stages do.
  if (site !== "") assert.equal(await answering("prod-pr-41"), site);
  assert.deepEqual([...destroyed].sort(), [...gone].sort());
  assert.deepEqual(await ours(), [...left].sort());
  assert.deepEqual(releasesOnFile().filter(isMine), [...left].sort());
  const absent = prs.flatMap((one) => [`staging-pr-${one}`, `qa-pr-${one}`]).filter((name) => !left.includes(name));
  await Promise.all(absent.map(answeredByNobody));
  await expectOrder(stack, stack);
  // The plain CLI asks for the same.
  await pulumi(stack, ["preview", "--expect-no-changes"]);
}

function step(title: string, environment: Environment, args: readonly string[], wanted: Step): void {
  test(title, async () => {
    await expect(await promote(environment, ...args), wanted);
  });
}

/** By a tag, as a pipeline does. */
function toStaging(pr: number): Promise<Promoted> {
  return promote("staging", "--pr", String(pr), "--image", registry.named(`pr-${pr}`));
}

test("pull request 39 is merged to STAGING, and its image is built for that", async () => {
  const reference = `${process.env["REGISTRY_PREFIX"] ?? "studygiveway"}/daphne:pr-39`;
  // An earlier run may have left one.
  if (await isOnNode(reference)) await docker("rmi", reference);
  const promoted = await promote("staging", "--pr", "39");
  images.set(39, await idOf(reference));
  await expect(promoted, { pr: 39, left: ["staging-pr-39"] });
});

test("what is built for 41 is pushed, and is known by the digest it has in the registry", async () => {
  const env = { REGISTRY_PREFIX: registry.prefix };
  const built = await sgw(["build", "--pr", "41", "--json"], { env });
  assert.deepEqual(JSON.parse(built.stdout), { image: registry.named("pr-41") });
  const pushed = await sgw(["push", "--pr", "41", "--json"], { env });
  const { image } = JSON.parse(pushed.stdout) as { image: string };
  assert.equal(image, await registry.digestOf("pr-41"));
  images.set(41, image);
});

test("41 is merged to STAGING by a tag that only the registry knows: 39 serves until 41 is live, and goes", async () => {
  await docker("rmi", registry.named("pr-41"));
  assert.equal(await isOnNode(images.get(41) ?? ""), false);
  const superseded = async () => {
    await servesNoLonger("staging-pr-39");
    assert.equal((await ledger("staging")).at(-1)?.outcome, "live");
  };
  const [promoted] = await Promise.all([toStaging(41), superseded()]);
  await expect(promoted, { pr: 41, gone: ["staging-pr-39"], left: ["staging-pr-41"] });
});

test("the tag of 41 means another image by now", async () => {
  assert.notEqual(await registry.push(await layeredImage(42), "pr-41"), images.get(41));
});
step("what is live in STAGING goes to QA: the same digest, and STAGING is gone", "qa", [], {
  pr: 41,
  gone: ["staging-pr-41"],
  left: ["qa-pr-41"],
});
step("what is live in QA goes to PROD: the same digest, and QA is gone", "prod", [], {
  pr: 41,
  gone: ["qa-pr-41"],
  left: ["prod-pr-41"],
});

test("the site is PROD, and status says so to machines and to people", async () => {
  const entry = (await ledger("prod")).at(-1);
  assert.ok(entry?.outcome === "live");
  const { generation, image } = entry;
  const [stack, url] = ["prod-pr-41", `https://${domain}`];
  assert.equal(await answering(stack), `${stack}.${generation}`);
  expectLive(await status(), { stack, pr: 41, url, image, generation });
});

test("42 is merged to STAGING beside 41 in PROD; a layer that is nowhere else comes from the registry", async () => {
  const id = await layeredImage(42);
  images.set(42, await registry.push(id, "pr-42"));
  await docker("rmi", "--force", id);
  assert.equal(await isOnNode(id), false);
  const promoted = await toStaging(42);
  assert.equal(await idOf(promoted.image), id);
  await expect(promoted, { pr: 42, left: ["prod-pr-41", "staging-pr-42"] });
});

test("without its registry a release runs on, and a tag that nobody knows is a failure with a reason", async () => {
  await registry.stop();
  const serving = await answering("staging-pr-42");
  const unknown = ["--image", registry.named("none")];
  const { stderr } = await sgw(["promote", "staging", "--pr", "42", ...unknown, "--yes"], { code: 1 });
  assert.match(stderr, /registry/);
  const { outcome, reason } = (await ledger("staging")).at(-1) ?? {};
  assert.match(`${outcome}: ${reason}`, /^failed: .*registry/);
  assert.equal(await answering("staging-pr-42"), serving);
});
step("42 to QA beside 41 in PROD", "qa", ["--pr", "42"], {
  pr: 42,
  gone: ["staging-pr-42"],
  left: ["prod-pr-41", "qa-pr-42"],
});
step("42 to PROD: 41 and QA are gone", "prod", ["--pr", "42"], {
  pr: 42,
  gone: ["prod-pr-41", "qa-pr-42"],
  left: ["prod-pr-42"],
});

test("what became of each is remembered", async () => {
  const told = async (environment: Environment) =>
    (await ledger(environment)).map(({ pr, step, outcome }) => `${pr} ${step} ${outcome}`);
  assert.deepEqual(await told("staging"), [
    "39 done destroyed",
    "41 done destroyed",
    "42 done destroyed",
    "42 done failed",
  ]);
  assert.deepEqual(await told("qa"), ["41 done destroyed", "42 done destroyed"]);
  assert.deepEqual(await told("prod"), ["41 done destroyed", "42 done live"]);
});

test("what was destroyed, is older, was never in the stage before or is in use is refused before anything is made", async () => {
  const before = backendFiles();
  await makingNothing(async () => {
    await refused(["staging", "--pr", "42", "--image", images.get(42) ?? ""], /was destroyed in staging .* --revive/);
    await refused(
      ["staging", "--pr", "40", "--image", images.get(41) ?? ""],
      /older than 42, which was live in staging/,
    );
    await refused(["prod", "--pr", "41"], /was destroyed in prod/);
    await refused(["qa", "--pr", "77"], /77: got one that was never live in staging/);
    await refused(["prod", "--pr", "42", "--image", "x:1"], /--image: got "x:1", expected none/);
    await refused(["staging"], /--pr: got nothing, expected a number/);
    for (const number of ["0", "-1", "1;rm", "1000000000", "42a", ""]) {
      await refused(["qa", `--pr=${number}`], /Expected a number from 1 to 999999999/);
    }
    await refused(["production", "--pr", "42"], /Allowed choices are staging, qa, prod/);
    await refused(["prod-pr-42"], /prod-pr-42: got the live release of prod \(generation \d+\).* --live/, "destroy");
    await refused(["prod-data"], /prod-data: got one that .*\bprod-pr-42\b.* use/, "destroy");
    await refused(["platform"], /platform: got one that .*\bprod-data\b.* use/, "destroy");
  });
  assert.deepEqual(backendFiles(), before);
});

test("of two deployers one waits for the other, or is told who holds the lease; status tells everybody", async () => {
  const going = promote("prod", "--pr", "41", "--revive");
  await eventually("41 is on its way", async () => {
    assert.equal((await ledger("prod")).at(-1)?.outcome, "going");
  });
  const [seen] = await Promise.all([
    status(),
    refused(
      ["prod", "--pr", "42", "--revive", "--wait", "0"],
      /lease of prod: got .*@.*, expected it to be free within 0 s/,
    ),
  ]);
  expectUnderWay(seen);
  const { stdout, stderr } = await sgw(["promote", "prod", "--pr", "42", "--revive", "--yes", "--json"]);
  assert.match(stderr, /waits for .*@.*, who holds the lease of prod/);
  const [first, second] = [await going, JSON.parse(stdout) as Promoted];
  assert.deepEqual([first.stack, first.destroyed], ["prod-pr-41", ["prod-pr-42"]]);
  assert.equal(second.generation, first.generation + 1);
  await expect(second, { pr: 42, gone: ["prod-pr-41"], left: ["prod-pr-42"] });
});

test("a rollback redeploys the former digest, and 42 is gone", async () => {
  const { stdout } = await sgw(["rollback", "prod", "--yes", "--json"]);
  await expect(JSON.parse(stdout) as Promoted, { pr: 41, gone: ["prod-pr-42"], left: ["prod-pr-41"] });
});
