import assert from "node:assert/strict";
import { test } from "node:test";
import { type Context } from "../../../src/delivery/context.ts";
import { gc, type GcOptions } from "../../../src/delivery/gc.ts";
import { Refused } from "../../../src/delivery/refused.ts";
import { engineOf, serviceAnswer } from "../../cluster/engine-answers.ts";
import { settingsOf } from "../../registrations.ts";
import { daysAgo, now, summaryOf } from "./worlds.ts";

const stack = "staging-pr-7";
const FORGE = { FORGE: "github", FORGE_REPOSITORY: "a/b", FORGE_TOKEN: "a-token-of-the-forge" };
const read = () => settingsOf("staging-data", { variables: FORGE });
const long = daysAgo(1) - (now - Date.now());

type Answer = () => Promise<readonly { number: number }[]>;

async function run(
  options: GcOptions & { json?: boolean; yes?: boolean },
  openPullRequests: Answer,
  stacks = [summaryOf(stack, long)],
) {
  const { engine, removed } = engineOf({
    services: [serviceAnswer(stack, "nginx", { createdAt: new Date(long).toISOString() })],
  });
  const out: string[] = [];
  const said: string[] = [];
  const context = {
    engine,
    workspace: { stacks: () => Promise.resolve(stacks) },
    progress: { say: (_: string, text: string) => void said.push(text) },
    json: options.json ?? false,
    yes: options.yes ?? false,
    out: (text: string) => void out.push(text),
    interrupted: new AbortController().signal,
  } as unknown as Context;
  const code = await gc(context, options, { read, open: () => ({ openPullRequests }) as never });
  return { code, out: out.join(""), said: said.join("\n"), removed };
}

const open8 = () => Promise.resolve([{ number: 8 }]);

await test("shows what it would do, and does nothing, also for a machine that cannot be asked", async () => {
  for (const yes of [false, true]) {
    const { code, out, removed } = await run({ yes }, open8);
    assert.equal(code, 0);
    assert.match(out, /^Goes \(volumes stay\):\n {2}stack {2}staging-pr-7 {2}pull request 7 is not open$/m);
    assert.match(out, /^Nothing was removed\. sgw gc --apply removes it\.$/m);
    assert.deepEqual(removed, []);
  }
});

await test("a forge that fails is told, and removes nothing", async () => {
  const { out, said } = await run({}, () => Promise.reject(new Error("401 Bad credentials")));
  assert.match(said, /nothing goes because of that: 401 Bad credentials/);
  assert.match(out, /^Nothing to collect\.$/m);
});

await test("a forge that answers empty is told, and removes nothing", async () => {
  const { out, said } = await run({}, () => Promise.resolve([]));
  assert.match(said, /lists no open pull request at all/);
  assert.match(out, /^Nothing to collect\.$/m);
});

await test("as JSON: what goes, what stays, what was done", async () => {
  const { out } = await run({ json: true }, open8);
  assert.deepEqual(JSON.parse(out), {
    doomed: [{ what: "stack", name: stack, reason: "pull request 7 is not open" }],
    kept: [],
    collected: [],
  });
});

await test("a cap that is no number from 1 to 1000 is refused", async () => {
  for (const cap of [0, -1, 1.5, 1001, NaN]) {
    await assert.rejects(run({ cap }, open8), (error) => error instanceof Refused, String(cap));
  }
});
