import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entry } from "../../src/cluster/ledger.ts";
import { openForge } from "../../src/delivery/forge/forge.ts";
import { pullRequest } from "../../src/delivery/pull-request.ts";
import { report, type ReportOptions, tellForge } from "../../src/delivery/report.ts";
import { type ForgeSettings } from "../../src/settings/index.ts";
import { createProgress } from "../../tools/progress.ts";
import { engineOf } from "../cluster/engine-answers.ts";
import { settingsOf } from "../registrations.ts";
import { entry } from "./entry.ts";
import { headSha, mergeSha } from "./forge/forge-server.ts";
import { type Bench, atForge, hurried, kinds } from "./forge/forges.ts";
import { startGithub } from "./forge/github-server.ts";
import { ledgerAnswer } from "./ledger-answers.ts";

const { domain, ports } = settingsOf("platform", { variables: { DOMAIN: "example.org" } });
const open = (settings: ForgeSettings) => openForge(settings, hurried);

const ledger = [
  entry({ generation: 1, pr: 41, outcome: "destroyed" }),
  entry({ generation: 2, pr: 42, outcome: "destroyed" }),
  entry({ generation: 1, pr: 42, environment: "qa" }),
];

function desk(entries: readonly Entry[], json = false) {
  const [said, out]: string[][] = [[], []];
  const { engine } = engineOf({ configs: entries.map(ledgerAnswer) });
  const progress = createProgress((text) => said?.push(text));
  const context = { engine, progress, json, out: (text: string) => void out?.push(text) };
  return { context, said: () => (said ?? []).join(""), out: () => (out ?? []).join("") };
}

const run = (at: ReturnType<typeof desk>, forge: ForgeSettings | undefined, options: ReportOptions) =>
  report(at.context, options, { domain, ports, forge }, open);

/** What was written, of the kinds of writing that all forges have. */
const writes = ({ server }: Bench, pattern: RegExp) =>
  server.requests.filter(({ method, path }) => method !== "GET" && pattern.test(path) && !path.endsWith("/graphql"));

test("without a forge there is nobody to tell, which is no failure", async () => {
  const at = desk(ledger);
  assert.equal(await run(at, undefined, { pr: 42 }), 0);
  assert.match(at.said(), /FORGE is not set/);
  assert.equal(at.out(), "");
});

for (const kind of kinds) {
  test(`${kind}: a pull request's comment, statuses and deployments`, () =>
    atForge(kind, async (bench) => {
      bench.open(41, 42);
      bench.close(42, "merged");
      const at = desk(ledger, true);
      assert.equal(await run(at, bench.settings, { pr: 42 }), 0);
      const [comment, ...others] = bench.comments();
      assert.deepEqual([comment?.pr, others], [42, []]);
      assert.match(
        comment?.body ?? "",
        /^<!-- studygiveway\/delivery -->\n\| Environment[^]*\| STAGING \| – \| 2 \|[^]*removed \|\n/,
      );
      assert.match(comment?.body ?? "", /\n\| QA \| https:\/\/pr-42\.qa\.example\.org \| 1 \| .* \| live \|$/);
      const contexts = writes(bench, /\/statuses\/[0-9a-f]{40}$/).map(({ path, body }) => [
        path.slice(-40),
        body.context,
      ]);
      assert.deepEqual(contexts, [
        [headSha(42), "studygiveway/staging"],
        [headSha(42), "studygiveway/qa"],
      ]);
      const deployed = writes(bench, /\/deployments$/).map(({ body }) => [body.environment, body.sha ?? body.ref]);
      assert.deepEqual(deployed, [["qa", headSha(42)]]);
      const { pr, stations, faults } = JSON.parse(at.out()) as { pr: number; stations: unknown[]; faults: unknown[] };
      assert.deepEqual([pr, stations.length, faults], [42, 2, []]);
      assert.match(at.said(), /pull request 42: the forge knows/);
    }));

  test(`${kind}: of one environment, with the pipeline and the merge commit`, () =>
    atForge(kind, async (bench) => {
      bench.open(42);
      bench.close(42, "merged");
      const url = "https://jenkins.example.org/7";
      const options = { commit: mergeSha(42), environment: "qa", state: "failure", url } as const;
      assert.equal(await run(desk(ledger), bench.settings, options), 0);
      const said = writes(bench, /\/statuses\/[0-9a-f]{40}$/).map(({ path, body }) => [path.slice(-40), body.context]);
      const contexts = ["studygiveway/qa", "studygiveway/pipeline"];
      assert.deepEqual(
        said,
        [headSha(42), mergeSha(42)].flatMap((sha) => contexts.map((context) => [sha, context])),
      );
      const pipeline = writes(bench, /\/statuses\//).at(-1)?.body;
      assert.deepEqual([pipeline?.state, pipeline?.target_url], [kind === "github" ? "failure" : "failed", url]);
    }));

  test(`${kind}: a message that names the pull request keeps the forge from being asked for it`, () =>
    atForge(kind, async (bench) => {
      bench.open(42);
      const message =
        kind === "github"
          ? "Merge pull request #42 from octo/topic"
          : "Merge branch 'a' into 'b'\n\nSee merge request group/sub/app!42";
      assert.equal(await run(desk(ledger), bench.settings, { commit: mergeSha(7), message }), 0);
      assert.equal(bench.server.requests.filter(({ path }) => path.includes("/commits/")).length, 0);
      assert.equal(bench.comments()[0]?.pr, 42);
    }));

  test(`${kind}: a commit that merged nothing is no failure`, () =>
    atForge(kind, async (bench) => {
      const at = desk(ledger);
      assert.equal(await run(at, bench.settings, { commit: "c".repeat(40), message: "Fix typo" }), 0);
      assert.match(at.said(), /merged no pull request/);
      assert.deepEqual(writes(bench, /./), []);
    }));

  test(`${kind}: an outage fails the report, in few words and in little time`, () =>
    atForge(kind, async (bench) => {
      bench.server.fail(() => true, { kind: "answer", status: 503, text: "" });
      const at = desk(ledger, true);
      assert.equal(await run(at, bench.settings, { pr: 42 }), 1);
      assert.match(at.said(), /got 503, expected an answer, try again later/);
      assert.equal(at.said().split("\n").length, 2);
      assert.equal(bench.server.requests.length, 3);
      assert.equal((JSON.parse(at.out()) as { faults: string[] }).faults.length, 1);
    }));

  test(`${kind}: one thing that is not allowed does not keep the others from being told`, () =>
    atForge(kind, async (bench) => {
      bench.open(42);
      const denied = { kind: "answer", status: 403, text: '{"message":"403 Forbidden"}' } as const;
      bench.server.fail(({ path }) => path.endsWith(bench.commentsPath(42)), denied);
      const at = desk(ledger);
      assert.equal(await run(at, bench.settings, { pr: 42 }), 1);
      assert.match(at.said(), /got 403 "403 Forbidden", expected an answer, give FORGE_TOKEN its permissions/);
      assert.equal(writes(bench, /\/deployments$/).length, 1);
      assert.equal(writes(bench, /\/statuses\/[0-9a-f]{40}$/).length, 2);
    }));

  test(`${kind}: a number that the forge does not know`, () =>
    atForge(kind, async (bench) => {
      const at = desk(ledger);
      assert.equal(await run(at, bench.settings, { pr: 42 }), 1);
      assert.match(
        at.said(),
        /pull request 42: got a number that .* does not have, expected one of Git.*, check FORGE_REP/,
      );
      assert.deepEqual(writes(bench, /./), []);
    }));

  test(`${kind}: who deploys never fails because nobody hears of it`, () =>
    atForge(kind, async (bench) => {
      await bench.server.close();
      const at = desk(ledger);
      const { faults } = await tellForge(at.context, { domain, ports, forge: bench.settings }, { pr: 42 }, open);
      assert.equal(faults.length, 1);
      const broken = { ...at.context, engine: { listConfigs: () => Promise.reject(new Error("no Swarm")) } as never };
      const told = await tellForge(broken, { domain, ports, forge: bench.settings }, { pr: 42 }, open);
      assert.deepEqual(
        told.faults.map(({ message }) => message),
        ["no Swarm"],
      );
    }));

  test(`${kind}: the number of what a commit merged`, () =>
    atForge(kind, async (bench) => {
      bench.open(42);
      bench.close(42, "merged");
      const ask = async (merged: { commit?: string; message?: string }, json = false) => {
        const at = desk([], json);
        const code = await pullRequest(at.context, merged, { forge: bench.settings }, open);
        return [code, at.out()];
      };
      assert.deepEqual(await ask({ commit: mergeSha(42), message: "Add courses" }), [0, "42\n"]);
      assert.deepEqual(await ask({ commit: mergeSha(42) }, true), [0, '{"pr":42}\n']);
      assert.deepEqual(await ask({ commit: "c".repeat(40) }), [1, ""]);
      assert.deepEqual(await ask({ commit: "c".repeat(40) }, true), [1, '{"pr":null}\n']);
      await assert.rejects(ask({}), { name: "Refused" });
      await assert.rejects(ask({ commit: "HEAD" }), /--commit: got "HEAD", expected 40 hexadecimal digits/);
    }));
}

test("without a forge a commit's message may still tell", async () => {
  const at = desk([]);
  const message = "Merge pull request #42 from octo/topic";
  assert.equal(await pullRequest(at.context, { message }, { forge: undefined }), 0);
  assert.equal(at.out(), "42\n");
  assert.equal(await pullRequest(at.context, { commit: "c".repeat(40), message: "x" }, { forge: undefined }), 1);
  assert.match(at.said(), /FORGE is not set/);
});

test("a report without anything to go by is refused", async () => {
  const server = await startGithub();
  const { url, repository, token } = server;
  const forge = { kind: "github", url, repository, token } as const;
  await assert.rejects(run(desk(ledger), forge, {}), { name: "Refused" });
  assert.equal(server.requests.length, 0);
  await server.close();
});
