import { type OwnedService, readServices } from "../cluster/objects.ts";
import { nearest } from "../settings/nearest.ts";
import { parseDuration, parseInteger } from "../settings/units.ts";
import { type Context } from "./context.ts";
import { type LogLine, lineText, whoWrote } from "./logs/line.ts";
import { readLog } from "./logs/source.ts";
import { Refused } from "./refused.ts";

export interface LogsOptions {
  readonly stack: string;
  /** One service of it; all where none is named. `postgres` means every member. */
  readonly service?: string | undefined;
  readonly follow?: boolean | undefined;
  /** Lines of each task, or "all". */
  readonly tail?: string | undefined;
  /** A duration like 15m, or a moment like 2026-01-31T09:30:00Z. */
  readonly since?: string | undefined;
}

const usualTail = 100;

/** `sgw logs`: what the services of a stack have written, on whatever nodes they run. */
export async function logs(
  context: Pick<Context, "engine" | "json" | "out" | "interrupted">,
  { stack, service, follow = false, tail, since }: LogsOptions,
): Promise<number> {
  const { engine, json, out, interrupted: signal } = context;
  const options = { tail: tailOf(tail), since: sinceOf(since, Date.now()), follow, signal };
  const chosen = choose(await readServices(engine), stack, service);
  const width = Math.max(...chosen.map(({ unit }) => unit.length)) + ".1".length;
  const write = (line: LogLine) => {
    out(`${json ? JSON.stringify(line) : lineText(line, width)}\n`);
  };
  if (follow) {
    await Promise.all(chosen.map((one) => readLog(engine, one, options, write)));
    signal.throwIfAborted();
    return 0;
  }
  const lines: LogLine[] = [];
  const read = await Promise.allSettled(chosen.map((one) => readLog(engine, one, options, (line) => lines.push(line))));
  // Each service answers by itself, so only now their lines can be put in the order in which they were written.
  lines.sort((a, b) => a.time.localeCompare(b.time) || whoWrote(a).localeCompare(whoWrote(b)));
  for (const line of lines) write(line);
  for (const one of read) if (one.status === "rejected") throw one.reason;
  return 0;
}

/** The services that are meant; refuses names that nothing has, with the name that was meant. */
export function choose(services: readonly OwnedService[], stack: string, service?: string): OwnedService[] {
  const own = services.filter((one) => one.stack === stack);
  if (own.length === 0) throw unknown("stack", stack, [...new Set(services.map((one) => one.stack))]);
  if (service === undefined) return own;
  const chosen = own.filter(({ unit }) => unit === service || unit.replace(/-\d+$/, "") === service);
  if (chosen.length === 0)
    throw unknown(
      `service of ${stack}`,
      service,
      own.map(({ unit }) => unit),
    );
  return chosen;
}

function unknown(path: string, got: string, names: readonly string[]): Refused {
  const meant = nearest(got, names);
  const sorted = [...names].sort();
  return new Refused({
    path,
    got: JSON.stringify(got.slice(0, 80)),
    expected: sorted.length === 0 ? "one that is deployed, and none is" : `one of ${sorted.join(" ")}`,
    remedy: meant === undefined ? "see sgw status" : `did you mean ${meant}?`,
  });
}

function tailOf(text: string | undefined): number | undefined {
  if (text === "all") return undefined;
  const lines = text === undefined ? usualTail : parseInteger(text);
  if (lines !== undefined) return lines;
  throw new Refused({ path: "--tail", got: JSON.stringify(text), expected: "a number or all", remedy: "correct it" });
}

function sinceOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const seconds = parseDuration(text);
  if (seconds !== undefined) return Math.floor(now / 1000) - seconds;
  const moment = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(moment)) return Math.floor(moment / 1000);
  throw new Refused({
    path: "--since",
    got: JSON.stringify(text),
    expected: "a duration like 15m, 6h or 1d, or a moment like 2026-01-31T09:30:00Z",
    remedy: "correct it",
  });
}
