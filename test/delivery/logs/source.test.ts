import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { readLog } from "../../../src/delivery/logs/source.ts";
import { frame } from "../../cluster/engine-answers.ts";
import { type Answer, answering, endless, failing, whole } from "../../cluster/engine-socket.ts";

const service = { stack: "staging-pr-7", unit: "daphne", id: "id-of-daphne" } as Parameters<typeof readLog>[1];
const line = frame("2026-01-01T10:00:01.123456789Z  what it said\n");
const question = "GET /services/id-of-daphne/logs?stdout=true&stderr=true&timestamps=true&details=true&tail=100";

async function read(t: TestContext, answers: readonly Answer[], follow = false) {
  const stop = new AbortController();
  const { engine, asked } = await answering(t, answers);
  const texts: string[] = [];
  const options = { tail: 100, since: undefined, follow, signal: stop.signal };
  const ended = readLog(engine, service, options, ({ text }) => texts.push(text), [200, 300]);
  return { ended, texts, asked, stop };
}

await test("every line is there once, also where the first answer has no end", async (t) => {
  const { ended, texts, asked } = await read(t, [endless(line), whole(line)]);
  await ended;
  assert.deepEqual(texts, ["what it said"]);
  assert.deepEqual(
    asked.map((one) => one.replace("&follow=false", "")),
    [question, question],
  );
});

await test("an answer that is an error is not asked for anew", async (t) => {
  const { ended, asked } = await read(t, [failing("no such luck"), whole(line)]);
  await assert.rejects(ended, /no such luck/);
  assert.equal(asked.length, 1);
});

await test("where none has an end, the error names the service and what to do", async (t) => {
  const { ended, texts } = await read(t, [endless(line)]);
  await assert.rejects(ended, /^Error: log of daphne of staging-pr-7: .* asked 2 times, ask for less with --tail/);
  assert.deepEqual(texts, []);
});

await test("a log that is followed is read as it comes, until whoever reads it is interrupted", async (t) => {
  const { ended, texts, asked, stop } = await read(t, [endless(line)], true);
  setTimeout(() => {
    stop.abort();
  }, 700);
  await ended;
  assert.deepEqual([texts, asked.length], [["what it said"], 1]);
});

await test("whoever is interrupted waits no longer", async (t) => {
  const { ended, texts, stop } = await read(t, [endless(line)]);
  setTimeout(() => {
    stop.abort();
  }, 100);
  await ended;
  assert.deepEqual(texts, []);
});
