import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext } from "node:test";
import { listed, readObjects, readServices } from "../../src/cluster/objects.ts";
import { goodImage } from "./applications.ts";
import { collect } from "./interruption.ts";
import { expectOrder } from "./order.ts";
import { answering, ledger, promote, releasesOnFile, releasesThere, sgw, startSgw } from "./sgw.ts";
import { engine, eventually } from "./world.ts";

const pr = 46;
const [stage, stack] = [`staging-pr-${pr}`, `qa-pr-${pr}`];
const isOurs = (name: string) => name === stage || name === stack;

/**
 * Kills a promotion to QA in the middle of the destruction of the release in STAGING, and promotes again: then all of that
 * release is gone but its data, and the one in QA is what it was.
 */
export async function interruptRetirement(context: TestContext): Promise<void> {
  context.after(async () => {
    for (const name of (await releasesThere()).filter(isOurs)) await sgw(["destroy", name, "--live", "--yes"]);
  });
  const others = (await releasesThere()).filter((name) => !isOurs(name));
  await promote("staging", "--pr", String(pr), "--image", await goodImage(pr), "--revive");
  const { generation, about } = await killRetirement();
  const resumed = await promote("qa");
  assert.deepEqual([resumed.stack, resumed.generation], [stack, generation], about);
  assert.equal(await answering(stack), `${stack}.${generation}`, about);
  assert.deepEqual(await releasesThere(), [...others, stack].sort(), about);
  assert.deepEqual(releasesOnFile().filter(isOurs), [stack], about);
  const left = listed(await readObjects(engine, stage)).filter(({ kind }) => kind !== "volume");
  assert.deepEqual(left, [], about);
  assert.equal(await fateInStaging(), "destroyed", about);
  await expectOrder(stack, about);
}

/** Gives the generation of QA that was left at its last step. */
async function killRetirement(): Promise<{ generation: number; about: string }> {
  const { length: all } = await readServices(engine, stage);
  const child = startSgw(["promote", "qa", "--pr", String(pr), "--revive", "--yes"]);
  const ended = once(child, "exit");
  const said = collect(child);
  const inTheMiddle = async () => {
    assert.equal((await ledger("qa")).at(-1)?.step, "retire", said());
    assert.ok((await readServices(engine, stage)).length < all, said());
  };
  await eventually("some of the services in STAGING are gone", inTheMiddle, { seconds: 120 });
  child.kill("SIGKILL");
  await ended;
  const last = (await ledger("qa")).at(-1);
  assert.deepEqual([last?.pr, last?.step, await fateInStaging()], [pr, "retire", "live"], said());
  return { generation: last?.generation ?? 0, about: said() };
}

async function fateInStaging(): Promise<string | undefined> {
  return (await ledger("staging")).findLast((entry) => entry.pr === pr)?.outcome;
}
