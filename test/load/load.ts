import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inside, type Namespace, sh } from "../e2e/namespace.ts";
import { type Line } from "./generator.ts";
import { type Plan, planOf } from "./plan.ts";
import { type Counters, type LoadResult } from "./result.ts";

export interface LoadArgs extends Partial<Plan> {
  readonly host: string;
  /** Where the generator runs: that of a private Docker Engine; default: where this process is. */
  readonly namespace?: Namespace;
}

/** A generator that runs beside this process. */
export interface Load {
  /** Not older than a second or two. */
  readonly counters: () => Counters;
  /** Waits until the counters are as wanted; throws when they never are, or the load ends before. */
  readonly until: (what: string, holds: (counters: Counters) => boolean, seconds?: number) => Promise<Counters>;
  /** Sends nothing more, and gives the result when it is known what became of everything; the same one each time. */
  readonly stop: () => Promise<LoadResult>;
  /** The result after all the seconds of the plan. */
  readonly result: Promise<LoadResult>;
}

/** Starts a load and returns once it is under way. It ends with its plan, when stopped, or with this process. */
export async function startLoad({ namespace, ...wanted }: LoadArgs): Promise<Load> {
  const plan = planOf(wanted);
  const options = Object.entries(plan).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const own = [process.execPath, join(import.meta.dirname, "generator.ts"), ...options, "--json"];
  const [program = "", ...argv] = namespace === undefined ? own : inside(namespace, own);
  // By the channel it notices when this process is gone.
  const child = spawn(program, argv, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  goFirst(child);
  const load = follow(child, plan);
  await load.until("the load begins", () => true, 20);
  return load;
}

/**
 * Users have machines of their own. Here the generator shares one with the site and would wait for a processor most of the
 * time while a release is replaced, and measure that. Whoever may not give it priority (not root) gets what is left.
 */
function goFirst(child: ChildProcess): void {
  sh(["chrt", "--rr", "--pid", "1", String(child.pid)], true);
}

function follow(child: ChildProcess, plan: Plan): Load {
  const known: { counters?: Counters; result?: LoadResult; complaint: string } = { complaint: "" };
  const waiting = new Set<() => void>();
  child.stderr?.on("data", (piece: Buffer) => {
    known.complaint = (known.complaint + piece.toString("utf8")).slice(-2000);
  });
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on("line", (text) => {
      Object.assign(known, JSON.parse(text) as Line);
      for (const look of waiting) look();
    });
  const result = new Promise<LoadResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const how = signal ?? `exit code ${code ?? 0}`;
      if (known.result !== undefined) resolve(known.result);
      else reject(new Error(`the load ended without a result (${how}): ${known.complaint.trim()}`));
    });
  });
  // Whoever waits for something else is told by that.
  result.catch(() => undefined);
  const until: Load["until"] = async (what, holds, seconds = 60) => {
    const { promise, resolve, reject } = Promise.withResolvers<Counters>();
    const look = () => {
      if (known.counters !== undefined && holds(known.counters)) resolve(known.counters);
    };
    const fail = (why: string) => {
      reject(new Error(`${why}: ${what}; counters ${JSON.stringify(known.counters)}`));
    };
    const timer = setTimeout(fail, seconds * 1000, `not within ${seconds} s`);
    result.then(() => {
      fail("the load ended before");
    }, reject);
    waiting.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(look);
    });
  };
  return {
    until,
    result,
    counters: () => {
      if (known.counters === undefined) throw new Error("the load has not begun");
      return known.counters;
    },
    stop: () => stop(child, result, plan),
  };
}

async function stop(child: ChildProcess, result: Promise<LoadResult>, plan: Plan): Promise<LoadResult> {
  if (child.exitCode === null && child.signalCode === null && !child.killed) child.kill("SIGTERM");
  const tooLate = setTimeout(
    () => {
      child.kill("SIGKILL");
    },
    // WebSockets say goodbye after everything else was waited for.
    (2 * plan.patience + plan.sockets + 10) * 1000,
  );
  return result.finally(() => {
    clearTimeout(tooLate);
  });
}
