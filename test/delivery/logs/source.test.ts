import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { openEngine } from "../../../src/cluster/engine.ts";
import { readLog } from "../../../src/delivery/logs/source.ts";
import { frame } from "../../cluster/engine-answers.ts";

const service = { stack: "staging-pr-7", unit: "daphne", id: "id-of-daphne" } as Parameters<typeof readLog>[1];
const line = frame("2026-01-01T10:00:01.123456789Z  what it said\n");
const question = "GET /services/id-of-daphne/logs?stdout=true&stderr=true&timestamps=true&details=true&tail=100";

/** What is read where the Engine answers the first question like this, the second like that, and all others like the last. */
async function read(t: TestContext, answers: readonly ((response: ServerResponse) => void)[], signal: AbortSignal) {
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  const asked: string[] = [];
  const server = createServer(({ method, url }, response) => {
    asked.push(`${String(method)} ${String(url)}`);
    answers[Math.min(asked.length, answers.length) - 1]?.(response);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, "docker.sock");
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const texts: string[] = [];
  const options = { tail: 100, since: undefined, follow: false, signal };
  const engine = openEngine(`unix://${path}`);
  const ended = readLog(engine, service, options, ({ text }) => texts.push(text), [200, 300, 5000]);
  return { ended, texts, asked };
}

const never = new AbortController().signal;
const silence = () => undefined;
const noEnd = (response: ServerResponse) => void response.write(line);
const whole = (response: ServerResponse) => void response.end(line);

await test("an answer that has no end is asked for anew, and no line is there twice", async (t) => {
  const { ended, texts, asked } = await read(t, [noEnd, silence, whole], never);
  await ended;
  assert.deepEqual(texts, ["what it said"]);
  assert.deepEqual(
    asked.map((one) => one.replace("&follow=false", "")),
    [question, question, question],
  );
});

await test("an answer that is an error is not asked for anew", async (t) => {
  const fail = (response: ServerResponse) => void response.writeHead(500).end('{"message":"no such luck"}');
  const { ended, asked } = await read(t, [fail, whole], never);
  await assert.rejects(ended, /no such luck/);
  assert.equal(asked.length, 1);
});

await test("whoever is interrupted waits no longer", async (t) => {
  const stop = new AbortController();
  const { ended, texts } = await read(t, [noEnd, noEnd, noEnd], stop.signal);
  setTimeout(() => {
    stop.abort();
  }, 700);
  await ended;
  assert.deepEqual(texts, []);
});
