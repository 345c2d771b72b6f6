import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { generate } from "./generate.ts";
import { type Plan, planOf, type Request, requestAt, requests } from "./plan.ts";
import { type Fault, type Site, startSite } from "./site.ts";
import { type LoadResult } from "./result.ts";

let site: Site;

before(async () => {
  site = await startSite();
});

after(() => site.close());

afterEach(() => {
  Object.assign(site, { release: "prod-pr-1.1", fault: () => undefined });
});

function load(plan: Partial<Plan>, signal = new AbortController().signal): Promise<LoadResult> {
  return generate(
    planOf({ host: "studygiveway.test", port: site.port, rate: 200, seconds: 1, sockets: 0, upload: 0, ...plan }),
    { signal },
  );
}

const kinds = Object.keys(requests) as Request[];

function increase(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

/** The first of the load that are of this kind. */
function countOf(kind: Request, length = 200): number {
  return Array.from({ length }, (_, index) => requestAt(index)).filter((one) => one === kind).length;
}

test("of a site that does nothing wrong nothing is lost, and each kind is asked as planned", async () => {
  const before = site.connections();
  const { subjects, ...result } = await load({});
  assert.deepEqual([result.sent, result.ok, result.lost], [200, 200, 0]);
  const wanted = new Map<string, number>();
  for (const kind of kinds) increase(wanted, `${requests[kind].method} ${requests[kind].path}`, countOf(kind));
  assert.deepEqual(Object.fromEntries(site.asked), Object.fromEntries(wanted));
  const fresh = kinds.reduce((count, kind) => count + (requests[kind].isFresh ? countOf(kind) : 0), 0);
  assert.equal(subjects.postBig.ok, countOf("postBig"));
  const made = site.connections() - before;
  assert.ok(made >= fresh && made < fresh + countOf("get"), `${made} connections, ${fresh} of them for one request`);
  assert.deepEqual(Object.keys(result.releases), ["prod-pr-1.1"]);
});

test("what goes wrong is lost, each for its reason, and nothing else", async () => {
  const faults: Fault[] = ["503", "reset", "cut", "wrong size"];
  const done = { "503": 0, reset: 0, cut: 0, "wrong size": 0, silence: 0 };
  let count = 0;
  site.fault = ({ method }) => {
    const fault = count++ % 5 === 0 ? faults[((count / 5) % 4) | 0] : undefined;
    // Only who sends a body can be told a wrong size.
    const other = method === "POST" ? "wrong size" : fault === "wrong size" ? "503" : fault;
    const able = fault === undefined ? undefined : other;
    if (able !== undefined) done[able]++;
    return able;
  };
  const { lost, ok, sent, subjects, losses } = await load({ rate: 400 });
  const reasons = Object.values(subjects).flatMap((one) => Object.entries(one.reasons));
  const total = (reason: string) => reasons.reduce((sum, [name, number]) => sum + (name === reason ? number : 0), 0);
  assert.ok(Math.min(done["503"], done.reset, done.cut, done["wrong size"]) > 0, JSON.stringify(done));
  assert.deepEqual(
    {
      "503": total("status 503"),
      reset: total("ECONNRESET"),
      cut: total("cut off"),
      "wrong size": total("wrong size"),
    },
    { "503": done["503"], reset: done.reset, cut: done.cut, "wrong size": done["wrong size"] },
  );
  assert.deepEqual([sent, ok, lost, losses.length], [400, 320, 80, 80]);
});

test("what is not answered in time is lost, and is waited for no longer", async () => {
  let silent = 0;
  site.fault = () => (silent++ < 3 ? "silence" : undefined);
  const { lost, losses, seconds } = await load({ patience: 1 });
  assert.deepEqual([lost, ...losses.map(({ reason }) => reason)], [3, "timeout", "timeout", "timeout"]);
  assert.ok(seconds < 10);
});

test("a site that is not there loses everything", async () => {
  const { lost, sent, ok, subjects } = await load({ port: 1, sockets: 1 });
  assert.equal(ok, 0);
  assert.equal(lost, sent);
  assert.deepEqual(subjects.get.reasons, { ECONNREFUSED: countOf("get") });
  assert.ok(subjects.socket.lost > 0 && subjects.socket.lost < 20);
});

test("a switch is seen where it happened", async () => {
  const from = performance.timeOrigin + performance.now();
  const switching = sleep(500).then(() => (site.release = "prod-pr-2.2"));
  const { changes, releases, lost } = await load({});
  await switching;
  assert.equal(lost, 0);
  assert.deepEqual(
    changes.map(({ from, to }) => [from, to]),
    [["prod-pr-1.1", "prod-pr-2.2"]],
  );
  const at = changes[0]?.at ?? 0;
  assert.ok(at >= from + 490, `${at - from} ms`);
  assert.ok((releases["prod-pr-1.1"]?.lastAnswer ?? 0) <= at + 50);
  assert.equal(releases["prod-pr-2.2"]?.firstAnswer, at);
});

test("told to end, it sends no more and waits for what is under way", async () => {
  const end = new AbortController();
  site.fault = () => {
    end.abort();
    return undefined;
  };
  const { sent, ok } = await load({ seconds: 60 }, end.signal);
  assert.ok(sent > 0 && sent < 1000, `${sent} sent`);
  assert.equal(ok, sent);
});
