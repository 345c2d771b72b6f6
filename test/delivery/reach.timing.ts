import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { type Entry } from "../../src/cluster/ledger.ts";
import { type Course } from "../../src/delivery/course.ts";
import { wayBack } from "../../src/delivery/reach.ts";
import { type Site, startSite } from "../load/site.ts";

// What is said of a way back is what the edge answers, not what was ordered.

let site: Site;

before(async () => {
  site = await startSite();
});

beforeEach(() => {
  site.fault = () => undefined;
});

after(() => site.close());

function generation(pr: number, number: number): Entry {
  return { environment: "prod", pr, generation: number } as Entry;
}

const bad = generation(42, 7);
const former = generation(41, 6);

function back(to: Entry | undefined, signal = new AbortController().signal): Promise<string> {
  const edge = [{ host: "127.0.0.1", port: site.port }];
  const settings = { domain: "studygiveway.test", delivery: { edge } };
  const course = { settings, entry: bad, signal } as unknown as Course;
  return wayBack(course, to, { steadySeconds: 0.3, withinSeconds: 0.5 });
}

test("users reach the former release again, once they do", async () => {
  site.release = "prod-pr-42.7";
  setTimeout(() => (site.release = "prod-pr-41.6"), 300);
  assert.equal(await back(former), "users reach prod-pr-41.6 again");
});

test("a release that keeps answering is named", async () => {
  site.release = "prod-pr-42.7";
  assert.match(await back(former), /^users do not reach what was there before: \S+ at \S+: answered by prod-pr-42\.7/);
  assert.match(
    await back(undefined),
    /^users do not reach what was there before: \S+ at \S+: answered by prod-pr-42\.7$/,
  );
});

test("a former release that answers with an error is not said to be reached", async () => {
  site.release = "prod-pr-41.6";
  site.fault = () => "503";
  assert.match(await back(former), /^users do not reach what was there before: .* 503$/);
});

test("without a former release anybody else will do", async () => {
  site.release = "prod-pr-40.0";
  assert.equal(await back(undefined), "users reach prod-pr-42.7 no longer");
});

test("whoever is told to stop says nothing", async () => {
  site.release = "prod-pr-42.7";
  await assert.rejects(back(former, AbortSignal.timeout(200)), { name: "TimeoutError" });
});
