import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Generations } from "../../src/delivery/generations.ts";
import { type Environment } from "../../src/identity.ts";
import { type Behaviour, goodImage, imageThat } from "./applications.ts";
import { prepareProd } from "./prod.ts";
import { answering, ledger, promote, releasesThere, runningImage, sgw } from "./sgw.ts";
import { watchSite } from "./watch.ts";
import { engine, fleetUp } from "./world.ts";

// Releases that QA took for good and that are not: users never see them, and the one before serves on.

const pr = 43;
let live = "";

before(async () => {
  await prepareProd([42]);
  const { stack, generation } = await promote("prod", "--pr", "42", "--revive");
  live = `${stack}.${generation}`;
});

/** Writes an image into the ledger of QA as one that was live there. */
async function provenInQa(image: string): Promise<void> {
  const generations = await Generations.read(engine, "qa");
  const { generation } = await generations.open({ pr, image, verb: "promote", by: "test", priority: 1 });
  await generations.move(generation, { outcome: "destroyed", step: "done" });
}

/** Promotes what has to fail, soon enough; what was said of it. */
async function fails(environment: Environment, args: readonly string[], mostSeconds = 90): Promise<string> {
  const began = performance.now();
  const { stderr } = await sgw(["promote", environment, ...args, "--yes"], { code: 1 });
  const seconds = (performance.now() - began) / 1000;
  assert.ok(seconds < mostSeconds, `${seconds.toFixed(1)} s`);
  return stderr;
}

/** The ledger says why; gives what it says. */
async function expectFailed(environment: Environment, reason: RegExp): Promise<string> {
  const { outcome, reason: told = "" } = (await ledger(environment)).at(-1) ?? {};
  assert.equal(outcome, "failed");
  assert.match(told, reason);
  return told;
}

/** `body` is what the application says of itself: for who promotes, and not for all who read the ledger. */
function refuses(title: string, image: () => Promise<string>, reason: RegExp, body?: string): void {
  test(title, async () => {
    await provenInQa(await image());
    const others = await releasesThere();
    const watch = watchSite((release) => release === live);
    const stderr = await fails("prod", ["--pr", String(pr)]).finally(watch.end);
    assert.deepEqual(await watch.end(), []);
    assert.match(stderr, reason);
    assert.deepEqual(await releasesThere(), others);
    assert.equal(await answering("prod-pr-42"), live);
    const told = await expectFailed("prod", reason);
    if (body === undefined) return;
    assert.match(stderr, new RegExp(`^ {4}${body}`, "m"));
    assert.ok(!told.includes(body), told);
  });
}

const behaving = (behaviour: Behaviour) => () => imageThat(behaviour);

/**
 * What goes wrong 3 s after it was healthy is found out by the trial; on a slow machine, where the rest is not up by then,
 * the gate may be first.
 */
const late =
  /\/readyz at \S+: (?:50[234]|no answer)|daphne: \d+ tasks failed: task: non-zero exit|not healthy after 50 s/;
const unhealthy =
  /not healthy after 50 s \(GATE_TIMEOUT_SECONDS, of a promotion PROMOTE_TIMEOUT_SECONDS\):\s+daphne: 0 of \d running, starting/;
refuses("one that is never healthy", behaving("is never healthy"), unhealthy);
refuses("one that turns unhealthy after 3 s", behaving("turns unhealthy after 3 s"), late);
refuses("one that does not reach what it needs", behaving("is not ready"), /\/readyz at \S+: 503/, "is not ready");
refuses(
  "one whose image is gone",
  () => Promise.resolve(`127.0.0.1:5000/gone@sha256:${"0".repeat(64)}`),
  /daphne: \d+ tasks failed: .*(No such image|not found|manifest)/,
);

test("one that crashes after 3 s, where each release has a host of its own, goes, and the live one stays", async () => {
  await promote("staging", "--pr", "44", "--image", await goodImage(44), "--revive");
  const others = await releasesThere();
  const order = ["--pr", "45", "--image", await imageThat("crashes after 3 s"), "--revive"];
  // A data tier comes and goes with it.
  const stderr = await fails("staging", order, 150);
  assert.match(stderr, late);
  assert.deepEqual(await releasesThere(), others);
  assert.match((await answering("staging-pr-44")) ?? "", /^staging-pr-44\./);
  await expectFailed("staging", late);
  await sgw(["destroy", "staging-pr-44", "--live", "--yes"]);
});

test("a bad promotion of a release that a plain up made gives it back what it ran", async () => {
  const stack = "staging-pr-7";
  await fleetUp([stack]);
  const [others, image] = [await releasesThere(), await runningImage(stack)];
  await fails("staging", ["--pr", "7", "--image", await imageThat("is not ready"), "--revive"]);
  assert.deepEqual(await releasesThere(), others);
  assert.equal(await runningImage(stack), image);
  assert.equal(await answering(stack), `${stack}.0`);
  await expectFailed("staging", /\/readyz at \S+: 503/);
});
