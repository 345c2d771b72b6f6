import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "./client.ts";
import { dueAt, type Plan, requestAt } from "./plan.ts";
import { type Counters, type LoadResult } from "./result.ts";
import { openSockets } from "./sockets.ts";
import { now, Tally } from "./tally.ts";

export interface Watch {
  /** Nothing more is sent from then on. */
  readonly signal: AbortSignal;
  /** Told at the beginning and once a second. */
  readonly onSecond?: (counters: Counters) => void;
}

/** Sends what the plan says, each request at its time, and waits until it is known what became of every one. */
export async function generate(plan: Plan, { signal, onSecond }: Watch): Promise<LoadResult> {
  const client = createClient(plan);
  const cpu = process.cpuUsage();
  const tally = new Tally();
  const tell = () => onSecond?.(tally.counters());
  tell();
  const telling = setInterval(tell, 1000);
  const sockets = openSockets(plan, tally);
  try {
    await sendAll(plan, tally, client.send, signal);
    await sockets.stop();
    // Each has a time of its own after which it is lost.
    while (tally.pending > 0) await sleep(20);
  } finally {
    clearInterval(telling);
    client.close();
  }
  const { user, system } = process.cpuUsage(cpu);
  tell();
  return tally.result(plan, (user + system) / 1e6);
}

async function sendAll(
  plan: Plan,
  tally: Tally,
  send: ReturnType<typeof createClient>["send"],
  signal: AbortSignal,
): Promise<void> {
  const count = plan.rate * plan.seconds;
  for (let index = 0; index < count && !signal.aborted;) {
    const due = tally.began + dueAt(index, plan);
    const early = due - now();
    if (early > 0) {
      await sleep(early, undefined, { signal }).catch(() => undefined);
      continue;
    }
    tally.delay(due, -early);
    send(requestAt(index), tally.send(requestAt(index), due));
    index++;
  }
}
