import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { readRecords } from "../../src/cluster/ledger.ts";
import { keepLabel, readObjects, readServices } from "../../src/cluster/objects.ts";
import { type Collected } from "../../src/delivery/gc/collect.ts";
import { graceSeconds } from "../../src/delivery/gc/shield.ts";
import { type Plan } from "../../src/delivery/gc/world.ts";
import { Generations } from "../../src/delivery/generations.ts";
import { type ForgeKind } from "../../src/settings/index.ts";
import { run } from "../../tools/command.ts";
import { type Fault, headSha } from "../delivery/forge/forge-server.ts";
import { atForge, type Bench, kinds } from "../delivery/forge/forges.ts";
import { goodImage } from "./applications.ts";
import { prepareProd } from "./prod.ts";
import { answering, ledger, promote, type Promoted, releasesThere, sgw } from "./sgw.ts";
import {
  docker,
  engine,
  eventually,
  fleetUp,
  privateDaemon,
  project,
  removeConfig,
  setConfig,
  stackObjects,
} from "./world.ts";

// The delivery command against servers that speak the recorded API of GitHub and GitLab.

const stack = "staging-pr-7";
/** Of our own. For later files a greater number would be a newer release. */
const [closed, superseded, kept] = [11, 12, 13] as const;
const own = [closed, superseded, kept].map((pr) => `staging-pr-${pr}`);

let there: readonly string[] = [];

before(async () => {
  await prepareProd([42]);
  await fleetUp([stack]);
  await promote("prod", "--pr", "42", "--revive");
  there = await deployed();
});

after(async () => {
  for (const name of await ownThere()) await sgw(["destroy", name, "--live", "--yes"]);
  await forget(closed, superseded, kept);
  for (const { name } of (await readObjects(engine, `staging-pr-${closed}`)).volumes)
    await eventually(`${name} is removed`, () => docker("volume", "rm", name));
});

/** The releases that run. */
async function deployed(): Promise<string[]> {
  const stacks = (await readServices(engine)).map(({ stack }) => stack).filter((stack) => stack.includes("-pr-"));
  return [...new Set(stacks)].sort();
}

async function ownThere(): Promise<string[]> {
  return (await releasesThere()).filter((name) => own.includes(name));
}

/** As if no promotion had ever made them. */
async function forget(...prs: readonly number[]): Promise<void> {
  for (const { id, entry } of await readRecords(engine, "staging"))
    if (prs.includes(entry.pr)) await engine.getConfig(id).remove();
}

/** Runs the delivery command where the forge is, outside the namespace of the private Engine; it has to succeed. */
async function sgwAt({ settings }: Bench, args: readonly string[], node: readonly string[] = []) {
  const env = {
    FORGE: settings.kind,
    FORGE_URL: settings.url,
    FORGE_REPOSITORY: settings.repository,
    FORGE_TOKEN: settings.token,
    EDGE_ADDRESS: privateDaemon().namespace.address,
  };
  const argv = [process.execPath, ...node, join(project, "tools", "sgw.ts"), ...args];
  const result = await run(argv, { env: { ...process.env, ...env }, timeoutSeconds: 300 });
  assert.equal(result.code, 0, result.stderr);
  return result;
}

/** The clock of a program that is run with it goes ahead, so that nothing is too young for gc. */
const ahead = `const now = Date.now; Date.now = () => now() + ${(graceSeconds + 60) * 1000};`;

async function gc(bench: Bench, ...flags: readonly string[]) {
  const node = ["--import", `data:text/javascript,${encodeURIComponent(ahead)}`];
  const { stdout, stderr } = await sgwAt(bench, ["gc", "--yes", "--json", ...flags], node);
  const told = JSON.parse(stdout) as Plan & { readonly collected: readonly Collected[] };
  return { ...told, stderr };
}

const allThatIs = ["--cap", "1000"];

function reasonFor(items: Plan["doomed"], name: string): string | undefined {
  return items.find((item) => item.name === name)?.reason;
}

/** So many open pull requests that the last of them is on the second page. */
function openUpTo(last: number, { open }: Bench): void {
  open(...Array.from({ length: 149 }, (_, index) => 101 + index), last);
}

function tells(kind: ForgeKind): void {
  test("a pull request gets one comment that says where it is, however often that is told", () =>
    atForge(kind, async (bench) => {
      bench.open(42);
      for (const state of ["pending", "success"]) await sgwAt(bench, ["report", "--pr", "42", "--state", state]);
      const [comment, ...others] = bench.comments();
      assert.deepEqual(others, []);
      assert.match(comment?.body ?? "", /PROD \| https:.* \| live/);
      const statuses = bench.statuses(headSha(42));
      assert.equal(statuses["studygiveway/prod"], "success");
      assert.equal(statuses["studygiveway/pipeline"], "success");
      assert.equal(bench.deployments(headSha(42))["prod"], "success");
    }));

  test("a preview is one comment with its risk, which the next preview edits", () =>
    atForge(kind, async (bench) => {
      bench.open(7);
      await setConfig(stack, "daphne.replicas", "2");
      try {
        await sgwAt(bench, ["preview", stack, "--comment"]);
      } finally {
        await removeConfig(stack, "daphne.replicas");
      }
      const [first] = bench.comments();
      assert.match(first?.body ?? "", /^#### `staging-pr-7`: harmless$/m);
      assert.match(first?.body ?? "", /^\| `daphne` \| .*`replicas` `1` → `2` \| \*\*harmless\*\*: /m);
      await sgwAt(bench, ["preview", stack, "--comment"]);
      const [second, ...others] = bench.comments();
      assert.deepEqual([second?.id, others], [first?.id, []]);
      assert.match(second?.body ?? "", /^#### `staging-pr-7`: no changes$/m);
    }));
}

const error: Fault = { kind: "answer", status: 500, text: "oops" };

/** What goes wrong, with which page of the list, and how that is told. */
const faults: Readonly<Record<string, readonly [fault: Fault, page: number, said: string]>> = {
  "an outage": [{ kind: "reset" }, 1, "got no answer, .*, check FORGE_URL and the network"],
  "a login that is refused": [
    { kind: "answer", status: 401, text: "{}" },
    1,
    "got 401, .*, set FORGE_TOKEN to a token that is valid",
  ],
  "an error of its own": [error, 1, "got 500, .*, try again later"],
  "an error on the second page": [error, 2, "got 500, .*, try again later"],
};

function destroysNothing(kind: ForgeKind): void {
  test("what goes is a release whose pull request is on no page of the list", () =>
    atForge(kind, async (bench) => {
      bench.open(8);
      assert.equal(reasonFor((await gc(bench, ...allThatIs)).doomed, stack), "pull request 7 is not open");
      openUpTo(7, bench);
      assert.match(reasonFor((await gc(bench, ...allThatIs)).kept, stack) ?? "", /^pull request 7 is open/);
    }));

  for (const [name, [fault, page, said]] of Object.entries(faults)) {
    test(`${name}: nothing is removed because of it, and it is told`, () =>
      atForge(kind, async (bench) => {
        openUpTo(8, bench);
        const isAsked = (query: URLSearchParams) => query.get("page") === String(page);
        bench.server.fail(({ path, query }) => path.endsWith(bench.openPath) && isAsked(query), fault);
        const { doomed, stderr } = await gc(bench, "--apply", ...allThatIs);
        const because = `nothing goes because of that: .*[?&]page=${page}(?:&\\S*)?: ${said}`;
        assert.match(stderr, new RegExp(because));
        // Stacks without anything in them and images without a name may go, for they are nobody's release.
        assert.deepEqual(
          doomed.filter(({ name }) => there.includes(name)),
          [],
        );
        assert.deepEqual(await deployed(), there);
      }));
  }

  test("an empty list is no reason to remove anything", () =>
    atForge(kind, async (bench) => {
      const { stderr } = await gc(bench, "--apply", ...allThatIs);
      assert.match(stderr, /lists no open pull request at all/);
      assert.deepEqual(await deployed(), there);
    }));
}

for (const kind of kinds) {
  describe(kind, () => {
    tells(kind);
    destroysNothing(kind);
  });
}

test("a promotion succeeds while the forge answers nothing but errors, and says so", () =>
  atForge("github", async (bench) => {
    bench.server.fail(() => true, error);
    const image = ["--image", await goodImage(closed), "--revive"];
    const order = ["promote", "staging", "--pr", String(closed), ...image, "--yes", "--json"];
    const { stdout, stderr } = await sgwAt(bench, order);
    const { stack: promoted, generation } = JSON.parse(stdout) as Promoted;
    assert.match(stderr, /got 500, .*, try again later/);
    assert.equal((await ledger("staging")).at(-1)?.outcome, "live");
    assert.equal(await answering(promoted), `${promoted}.${generation}`);
  }));

/** Leaves a release of which there is nothing but one config. */
async function leave(pr: number, labels: Readonly<Record<string, string>> = {}): Promise<void> {
  const name = `staging-pr-${pr}`;
  const Labels = { "studygiveway.stack": name, ...labels };
  await engine.createConfig({ Name: `${name}-left`, Labels, Data: Buffer.from(name).toString("base64") });
}

async function supersede(pr: number): Promise<void> {
  const generations = await Generations.read(engine, "staging");
  const image = `sha256:${"0".repeat(64)}`;
  const { generation } = await generations.open({ pr, image, verb: "promote", by: "test", priority: 1 });
  await generations.move(generation, { outcome: "replaced", step: "done" });
}

test("gc removes what nobody needs but its data, as many as it may at a time, and nothing that is to be kept", () =>
  atForge("github", async (bench) => {
    const [first = "", second = "", third = ""] = own;
    bench.open(7, closed);
    // What others left, so that the cap is for ours alone.
    await gc(bench, "--apply", ...allThatIs);
    await forget(closed);
    bench.close(closed, "closed");
    await leave(superseded);
    await supersede(superseded);
    await leave(kept, { [keepLabel]: "true" });
    const one = ["--apply", "--cap", "1"];
    const plan = await gc(bench, ...one);
    const reason = `pull request ${closed} is not open`;
    assert.deepEqual(plan.collected, [{ what: "stack", name: first, reason, outcome: "removed" }]);
    assert.match(reasonFor(plan.kept, second) ?? "", /^next time, because the cap is 1: 1 object .* \(replaced\)$/);
    assert.equal(reasonFor(plan.kept, third), "carries the label studygiveway.keep=true");
    assert.deepEqual(await ownThere(), [second, third]);
    await eventually("nothing but its volumes is left", async () => {
      const { volumes, ...others } = await stackObjects(first);
      assert.deepEqual([volumes.length > 0, ...Object.values(others).flat()], [true]);
    });
    const { collected } = await gc(bench, ...one);
    assert.deepEqual(
      collected.map(({ name, outcome }) => [name, outcome]),
      [[second, "removed"]],
    );
    assert.equal((await ledger("staging")).findLast(({ pr }) => pr === superseded)?.outcome, "destroyed");
    assert.deepEqual(await ownThere(), [third]);
    assert.deepEqual(await deployed(), there);
  }));
