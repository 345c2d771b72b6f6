import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { readServices } from "../../../src/cluster/objects.ts";
import { choose, logs, type LogsOptions } from "../../../src/delivery/logs.ts";
import { Frames } from "../../../src/cluster/frames.ts";
import { logLineSchema, taskLines } from "../../../src/delivery/logs/line.ts";
import { Refused } from "../../../src/delivery/refused.ts";
import { type Engine } from "../../../src/cluster/engine.ts";
import { engineOf, frame, serviceAnswer, taskAnswer } from "../../cluster/engine-answers.ts";

const stack = "staging-pr-7";

/** A line as a 20.10 Engine writes it for a service, asked with timestamps and details. */
const written = (second: number, unit: string, slot: number, text: string, stream = 1) =>
  frame(
    `2026-01-01T10:00:0${second}.123456789Z com.docker.swarm.node.id=node1,com.docker.swarm.service.id=${stack}.${unit},` +
      `com.docker.swarm.task.id=${stack}.${unit}.${slot} ${text}\n`,
    stream,
  );

const never = new AbortController().signal;

type Written = Readonly<Record<string, Buffer>>;

function swarm(written: Written) {
  const units = ["daphne", "nginx", "postgres-1"];
  const { engine } = engineOf({
    services: units.map((unit) => serviceAnswer(stack, unit)),
    tasks: units.flatMap((unit) => [taskAnswer(stack, unit), taskAnswer(stack, unit, { slot: 2 })]),
  });
  const questions: object[] = [];
  const getService = (id: string) => ({
    logs: (question: object) => {
      questions.push({ id, ...question });
      return Promise.resolve(written[id] ?? Buffer.alloc(0));
    },
  });
  return { engine: Object.assign(engine, { getService }) as unknown as Engine, questions };
}

async function run(written: Written, options: Partial<LogsOptions> & { json?: boolean } = {}) {
  const { engine, questions } = swarm(written);
  const out: string[] = [];
  const context = {
    engine,
    json: options.json ?? false,
    out: (text: string) => void out.push(text),
    interrupted: never,
  };
  assert.equal(await logs(context, { stack, ...options }), 0);
  return { lines: out.join("").split("\n").slice(0, -1), questions };
}

const both = {
  [`${stack}.daphne`]: Buffer.concat([written(1, "daphne", 1, "first"), written(4, "daphne", 2, "fourth", 2)]),
  [`${stack}.nginx`]: Buffer.concat([written(2, "nginx", 1, "second"), written(3, "nginx", 2, "third | with a bar")]),
};

await test("lines of all services in the order in which they were written, with service and copy", async () => {
  const { lines } = await run(both);
  assert.deepEqual(lines, [
    "daphne.1     | first",
    "nginx.1      | second",
    "nginx.2      | third | with a bar",
    "daphne.2     | fourth",
  ]);
});

await test("as JSON each line is an object", async () => {
  const { lines } = await run(both, { json: true, service: "daphne" });
  assert.deepEqual(
    lines.map((line) => logLineSchema.parse(JSON.parse(line))),
    [
      { time: "2026-01-01T10:00:01.123456789Z", stack, service: "daphne", slot: 1, stream: "stdout", text: "first" },
      { time: "2026-01-01T10:00:04.123456789Z", stack, service: "daphne", slot: 2, stream: "stderr", text: "fourth" },
    ],
  );
});

await test("asks for the newest 100 lines of each task, or for what is wanted", async () => {
  const asked = async (options: Partial<LogsOptions>) => {
    const { questions } = await run({}, { service: "nginx", ...options });
    const { tail, since } = questions[0] as { tail?: number; since?: number };
    return { tail, since };
  };
  assert.deepEqual(await asked({}), { tail: 100, since: undefined });
  assert.deepEqual(await asked({ tail: "all" }), { tail: undefined, since: undefined });
  assert.deepEqual(await asked({ tail: "5", since: "2026-01-01T00:00:00Z" }), { tail: 5, since: 1_767_225_600 });
  const { since = 0 } = await asked({ since: "15m" });
  assert.ok(Math.abs(Date.now() / 1000 - 900 - since) < 5);
});

await test("pieces that come in halves are put together", () => {
  const raw = Buffer.concat([frame("eins\n"), frame("zwei ü\n", 2)]);
  for (let cut = 0; cut <= raw.length; cut++) {
    const frames = new Frames();
    const found = [...frames.add(raw.subarray(0, cut)), ...frames.add(raw.subarray(cut))];
    assert.deepEqual(found, [
      { stream: "stdout", text: "eins\n" },
      { stream: "stderr", text: "zwei ü\n" },
    ]);
  }
});

await test("a line without details or time is kept as it is", () => {
  assert.deepEqual(taskLines({ stream: "stdout", text: "bare\r\n" }), [
    { time: "", task: undefined, stream: "stdout", text: "bare" },
  ]);
});

await test("a task that Swarm has forgotten has no number", async () => {
  const { lines } = await run({ [`${stack}.nginx`]: written(1, "nginx", 9, "late") }, { service: "nginx" });
  assert.deepEqual(lines, ["nginx   | late"]);
});

await test("a service whose log cannot be read takes none of the others' lines", async () => {
  const { engine } = swarm({});
  const getService = (id: string) => ({
    logs: () =>
      id === `${stack}.daphne`
        ? Promise.reject(new Error("no such luck"))
        : Promise.resolve(id === `${stack}.nginx` ? written(2, "nginx", 1, "second") : Buffer.alloc(0)),
  });
  Object.assign(engine, { getService });
  const out: string[] = [];
  const context = { engine, json: false, out: (text: string) => void out.push(text), interrupted: never };
  await assert.rejects(logs(context, { stack }), /no such luck/);
  assert.deepEqual(out, ["nginx.1      | second\n"]);
});

await test("followed lines come as they are written, until it is interrupted", async () => {
  const { engine } = swarm({});
  const stream = new PassThrough();
  const stop = new AbortController();
  stop.signal.addEventListener("abort", () => stream.destroy(new Error("aborted")));
  Object.assign(engine, { getService: () => ({ logs: () => Promise.resolve(stream) }) });
  const out = new PassThrough({ encoding: "utf8" });
  const context = { engine, json: false, out: (text: string) => void out.write(text), interrupted: stop.signal };
  const ended = logs(context, { stack, service: "nginx", follow: true });
  for (const word of ["one", "two"]) {
    stream.write(written(1, "nginx", 1, word));
    assert.deepEqual(await once(out, "data"), [`nginx.1 | ${word}\n`]);
  }
  stop.abort(new Error("interrupted"));
  await assert.rejects(ended, /^Error: interrupted$/);
});

await test("a member is meant by its name and by its service's", async () => {
  const services = await readServices(swarm({}).engine);
  const units = (service?: string) => choose(services, stack, service).map(({ unit }) => unit);
  assert.deepEqual(units("postgres"), ["postgres-1"]);
  assert.deepEqual(units("postgres-1"), ["postgres-1"]);
  assert.deepEqual(units(), ["daphne", "nginx", "postgres-1"]);
});

await test("names that nothing has are refused with the one that was meant", async () => {
  const services = await readServices(swarm({}).engine);
  const refused = (work: () => unknown, message: RegExp) => {
    assert.throws(work, (error) => error instanceof Refused && message.test(error.message));
  };
  refused(
    () => choose(services, "staging-pr-8"),
    /^stack: got "staging-pr-8", expected one of staging-pr-7, did you mean staging-pr-7\?$/,
  );
  refused(() => choose(services, stack, "ngnix"), /^service of staging-pr-7: got "ngnix", .*did you mean nginx\?$/);
  refused(() => choose(services, stack, "xxxxxx"), /see sgw status$/);
  refused(() => choose([], stack), /expected one that is deployed, and none is/);
  await assert.rejects(run({}, { tail: "-1" }), /--tail: got "-1", expected a number or all/);
  await assert.rejects(run({}, { since: "yesterday" }), /--since: got "yesterday"/);
});
