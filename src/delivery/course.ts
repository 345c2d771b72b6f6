import { type Entry } from "../cluster/ledger.ts";
import { type Release, stackName } from "../identity.ts";
import { type Settings } from "../settings/index.ts";
import { type Context } from "./context.ts";
import { type Generations } from "./generations.ts";
import { type Repair } from "./recovery.ts";

/** One generation on its way: what every step of it is given. */
export interface Course {
  readonly context: Context;
  readonly settings: Settings;
  readonly generations: Generations;
  readonly entry: Entry;
  /** Aborted when the lease is lost or somebody interrupts; then nothing is undone, since the next run takes it up. */
  readonly signal: AbortSignal;
}

export function releaseOf({ environment, pr }: Pick<Entry, "environment" | "pr">): Release {
  return { kind: "release", environment, pr };
}

export function stackOf(entry: Pick<Entry, "environment" | "pr">): string {
  return stackName(releaseOf(entry));
}

/** What the release answers with in the header X-Release. */
export function markOf(entry: Pick<Entry, "environment" | "pr" | "generation">): string {
  return `${stackOf(entry)}.${entry.generation}`;
}

export function repairOf({ context, signal }: Pick<Course, "context" | "signal">, say: (text: string) => void): Repair {
  return { engine: context.engine, workspace: context.workspace, say, signal };
}

/** The same course with its entry as the ledger has it now; nobody writes into the ledger without the lease. */
export async function moved(course: Course, change: Parameters<Generations["move"]>[1]): Promise<Course> {
  course.signal.throwIfAborted();
  return { ...course, entry: await course.generations.move(course.entry.generation, change) };
}
