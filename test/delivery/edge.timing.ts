import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { expectSteady } from "../../src/delivery/edge.ts";
import { type Site, startSite } from "../load/site.ts";

let site: Site;

before(async () => {
  site = await startSite();
});

after(() => site.close());

function expectNew(waiting: { withinSeconds: number; after?: Promise<unknown>; signal?: AbortSignal }) {
  return expectSteady({
    addresses: [{ host: "127.0.0.1", port: site.port }],
    host: "studygiveway.test",
    path: "/healthz",
    fault: ({ release }) => (release === "new" ? undefined : `answered by ${release ?? "nobody"}`),
    steadySeconds: 0.5,
    ...waiting,
  });
}

test("what is to bring it about may take longer than the patience, which begins when that has ended", async () => {
  site.release = "old";
  const update = sleep(1500);
  const steady = expectNew({ withinSeconds: 1, after: update });
  await update;
  site.release = "new";
  await steady;
});

test("patience ends also after what failed to bring it about", async () => {
  site.release = "old";
  const failed = Promise.reject(new Error("no update"));
  await assert.rejects(expectNew({ withinSeconds: 0.3, after: failed }), /answered by old/);
});

test("patience begins at once where nothing is to bring it about", async () => {
  site.release = "old";
  await assert.rejects(expectNew({ withinSeconds: 0.3 }), /at 127\.0\.0\.1:\d+: answered by old/);
});

test("a wrong answer in between begins the time anew", async () => {
  site.release = "new";
  const began = Date.now();
  const steady = expectNew({ withinSeconds: 5 });
  await sleep(300);
  site.release = "old";
  await sleep(600);
  site.release = "new";
  assert.ok((await steady) - began >= 800);
});

test("whoever waits can be told to stop, also before the patience has begun", async () => {
  site.release = "old";
  const signal = AbortSignal.timeout(300);
  await assert.rejects(expectNew({ withinSeconds: 1, after: new Promise(() => undefined), signal }), {
    name: "TimeoutError",
  });
});
