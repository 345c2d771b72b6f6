import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { planOf } from "./plan.ts";
import { type LoadResult } from "./result.ts";
import { type Site, startSite } from "./site.ts";
import { openSockets } from "./sockets.ts";
import { Tally } from "./tally.ts";

let site: Site;

before(async () => {
  site = await startSite();
});

after(() => site.close());

/** Four visitors, to whom something happens once they are there. */
async function visit(happens: () => unknown = () => sleep(1100), patience = 5): Promise<LoadResult> {
  const plan = planOf({ host: "studygiveway.test", port: site.port, sockets: 4, patience });
  const tally = new Tally();
  const sockets = openSockets(plan, tally);
  await until(() => site.visitors() === 4);
  await happens();
  await sockets.stop();
  assert.equal(site.visitors(), 0);
  return tally.result(plan, 0);
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !holds();) {
    assert.ok(Date.now() < deadline, holds.toString());
    await sleep(10);
  }
}

test("visitors who are answered and say goodbye are no loss", async () => {
  const { lost, subjects, restarts, releases } = await visit();
  assert.deepEqual([lost, restarts, subjects.socket.ok], [0, 0, 4]);
  assert.ok(subjects.echo.ok >= 4);
  assert.equal(releases["prod-pr-1.1"]?.answers, subjects.echo.ok + 4);
});

test("those who are told to come back elsewhere do, and nothing they said is lost", async () => {
  const { lost, subjects, restarts, releases } = await visit(async () => {
    // What is said now is heard only by the release after.
    site.isEchoing = false;
    await sleep(1100);
    site.dismiss(1012);
    Object.assign(site, { release: "prod-pr-2.2", isEchoing: true });
    await until(() => site.visitors() === 4);
  });
  site.release = "prod-pr-1.1";
  assert.deepEqual([lost, restarts, subjects.socket.ok], [0, 4, 8]);
  assert.equal(releases["prod-pr-2.2"]?.answers, subjects.echo.ok + 4);
});

test("whoever is hung up on, or told anything else, is lost", async () => {
  for (const [code, reason] of [
    [undefined, "hung up"],
    [1011, "closed 1011"],
    [1000, "closed 1000"],
  ] as const) {
    const { subjects, restarts } = await visit(async () => {
      site.dismiss(code);
      await until(() => site.visitors() === 4);
    });
    assert.deepEqual([subjects.socket.reasons, restarts], [{ [reason]: 4 }, 0]);
    assert.equal(subjects.socket.ok, 4);
  }
});

test("what nobody echoes is lost", async () => {
  site.isEchoing = false;
  const { subjects } = await visit(undefined, 1);
  site.isEchoing = true;
  assert.equal(subjects.echo.lost, subjects.echo.sent);
  assert.deepEqual(subjects.echo.reasons, { timeout: subjects.echo.sent });
  assert.equal(subjects.socket.lost, 0);
});

test("who is not let in is lost at each try, and comes back", async () => {
  site.isOpen = false;
  const opening = sleep(600).then(() => {
    site.isOpen = true;
  });
  const { subjects } = await visit();
  await opening;
  const { lost, ok, reasons } = subjects.socket;
  assert.ok(lost >= 4 && lost <= 16, `${lost} lost`);
  assert.deepEqual([ok, reasons, subjects.echo.lost], [4, { "status 503": lost }, 0]);
});
