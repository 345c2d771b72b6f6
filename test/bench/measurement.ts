import { setTimeout as sleep } from "node:timers/promises";
import { type Engine } from "../../src/cluster/engine.ts";
import { must } from "../../tools/command.ts";
import { type Environment } from "../../tools/environment.ts";
import { type Progress } from "../../tools/progress.ts";
import { watchEvents } from "../e2e/engine-events.ts";
import { gone, healthy, type Idle, idle } from "./containers.ts";
import { type Contender } from "./contender.ts";
import { type Measured } from "./report.ts";
import { type Timeline, timeline } from "./timeline.ts";
import { type Operation, operations } from "./timing.ts";

const timeoutSeconds = 600;
/** Between the last command and the look at what an idle release takes, and how long that look is. */
const settleSeconds = 10;
const idleSeconds = 10;

export interface Circumstances {
  readonly runs: number;
  readonly engine: Engine;
  readonly stack: string;
  /** Containers of the release. */
  readonly count: number;
  readonly env: Environment;
  readonly progress: Progress;
}

interface Record {
  readonly contender: Contender;
  readonly timings: { [O in Operation]?: number[] };
  readonly idle: Idle[];
  readonly timelines: Timeline[];
}

/** Takes turns, so that what else the machine does falls on all alike. */
export async function measure(contenders: readonly Contender[], at: Circumstances): Promise<Measured[]> {
  const records = contenders.map((contender): Record => ({ contender, timings: {}, idle: [], timelines: [] }));
  for (let turn = 1; turn <= at.runs; turn++) {
    for (const record of records) await cycle(record, at, `${turn} of ${at.runs}`);
  }
  return records.map(({ contender, ...measured }) => ({ name: contender.name, ...measured }));
}

async function cycle(record: Record, at: Circumstances, turn: string): Promise<void> {
  const { contender, timings } = record;
  await contender.prepare();
  for (const operation of operations) {
    const argv = contender.commands[operation];
    if (argv === undefined) continue;
    if (operation === "destroy") {
      await sleep(settleSeconds * 1000);
      record.idle.push(await idle(at.engine, at.stack, idleSeconds));
    }
    const seconds = await timed(record, operation, argv, at);
    (timings[operation] ??= []).push(seconds);
    at.progress.say(turn, `${contender.name}: ${operation} ${seconds.toFixed(1)} s`);
  }
  await contender.clean();
}

/** Until the containers are what was asked for, should the command end before. */
async function timed(
  record: Record,
  operation: Operation,
  argv: readonly string[],
  at: Circumstances,
): Promise<number> {
  const { engine, stack, count, env } = at;
  const watch = operation === "fresh" ? await watchEvents(engine) : undefined;
  const began = Date.now();
  await must(argv, { cwd: record.contender.folder, env, timeoutSeconds });
  const returned = Date.now();
  if (operation === "destroy") await gone(engine, stack, timeoutSeconds);
  else if (operation !== "preview") await healthy(engine, stack, count, timeoutSeconds);
  const ended = Date.now();
  if (watch) {
    await sleep(200);
    watch.close();
    record.timelines.push(timeline(watch.events, stack, began, returned));
  }
  return (ended - began) / 1000;
}
