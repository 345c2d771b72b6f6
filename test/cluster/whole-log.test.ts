import assert from "node:assert/strict";
import { type ServerResponse } from "node:http";
import { test, type TestContext } from "node:test";
import { wholeLog } from "../../src/cluster/whole-log.ts";
import { frame } from "./engine-answers.ts";
import { type Answer, answering, endless, failing, whole } from "./engine-socket.ts";

const line = frame("what it said\n");
const silence = () => undefined;
const halves = (response: ServerResponse) => {
  response.write(line.subarray(0, 5));
  setTimeout(() => response.end(line.subarray(5)), 50);
};

async function ask(t: TestContext, answers: readonly Answer[], signal?: AbortSignal) {
  const { engine, asked } = await answering(t, answers);
  const frames = wholeLog(engine.getService("daphne"), { stdout: true, tail: 100 }, [200, 300, 2000], signal);
  return { texts: frames.then((all) => all?.map(({ text }) => text)), asked };
}

await test("an answer that has no end is asked for anew, and no line is there twice", async (t) => {
  const { texts, asked } = await ask(t, [endless(line), silence, halves]);
  assert.deepEqual(await texts, ["what it said\n"]);
  assert.deepEqual(
    asked.map((one) => one.replace("&follow=false", "")),
    Array(3).fill("GET /services/daphne/logs?stdout=true&tail=100"),
  );
});

await test("an answer that is an error is not asked for anew", async (t) => {
  const { texts, asked } = await ask(t, [failing("no such luck"), whole(line)]);
  await assert.rejects(texts, /no such luck/);
  assert.equal(asked.length, 1);
});

await test("there is nothing where none ends, and who is interrupted does not wait for it", async (t) => {
  const { texts } = await ask(t, [endless(line)]);
  assert.equal(await texts, undefined);
  const stop = new AbortController();
  const interrupted = await ask(t, [endless(line)], stop.signal);
  setTimeout(() => {
    stop.abort(new Error("interrupted"));
  }, 300);
  await assert.rejects(interrupted.texts, /abort|interrupted/i);
  assert.ok(interrupted.asked.length < 3);
});
