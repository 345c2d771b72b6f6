import assert from "node:assert/strict";
import { test } from "node:test";
import { type EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { preview } from "../../../src/delivery/preview.ts";
import { previewSchema } from "../../../src/delivery/preview/foretold.ts";
import { Refused } from "../../../src/delivery/refused.ts";
import { StackNameError } from "../../../src/identity.ts";
import { settingsOf } from "../../registrations.ts";
import { recorded } from "./recorded.ts";

const stack = "staging-pr-7";
const FORGE = { FORGE: "github", FORGE_REPOSITORY: "a/b", FORGE_TOKEN: "a-token-of-the-forge" };
const withForge = () => settingsOf(stack, { variables: FORGE });
const without = () => settingsOf(stack);

async function run(options: { stack?: string; comment?: boolean; json?: boolean }, settings = withForge) {
  const out: string[] = [];
  const comments: unknown[][] = [];
  const asked: string[] = [];
  const context = {
    workspace: {
      preview: (name: string, onEvent: (event: EngineEvent) => void) => {
        asked.push(name);
        for (const event of recorded("updates")) onEvent(event);
        return Promise.resolve({});
      },
    },
    progress: {
      say: () => undefined,
      step: async <T>(_: string, work: (say: () => void) => Promise<{ value: T }>) => {
        return (await work(() => undefined)).value;
      },
    },
    json: options.json ?? false,
    out: (text: string) => void out.push(text),
  };
  const open = () => ({ comment: (...args: unknown[]) => Promise.resolve(void comments.push(args)) });
  const given = { stack, ...options };
  const code = await preview(context as unknown as Parameters<typeof preview>[0], given, open, settings);
  return { code, out: out.join(""), comments, asked };
}

await test("prints the text, and comments on nothing unless told to", async () => {
  const { code, out, comments, asked } = await run({});
  assert.equal(code, 0);
  assert.match(out, /^staging-pr-7: 3 to be updated/);
  assert.deepEqual([comments, asked], [[], [stack]]);
});

await test("as JSON it is what the schema says", async () => {
  const { out } = await run({ json: true });
  assert.equal(previewSchema.parse(JSON.parse(out)).risk, "has downtime");
});

await test("a comment has a marker for each stack, and the same words", async () => {
  const { comments } = await run({ comment: true });
  assert.equal(comments.length, 1);
  const [number, marker, body] = comments[0] ?? [];
  assert.deepEqual([number, marker], [7, "studygiveway/preview/staging-pr-7"]);
  assert.match(String(body), /^#### `staging-pr-7`: has downtime/);
});

await test("what cannot be commented on is refused before anything runs", async () => {
  const refused = (error: unknown) => error instanceof Refused;
  await assert.rejects(run({ stack: "platform", comment: true }), refused);
  await assert.rejects(run({ comment: true }, without), refused);
});

await test("a name that is none of ours is refused", async () => {
  await assert.rejects(run({ stack: "staging" }), StackNameError);
});
