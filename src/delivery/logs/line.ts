import { z } from "zod";
import { type Frame } from "../../cluster/frames.ts";

/** One line of a service's log: the form of each line of `sgw logs --json`. */
export const logLineSchema = z.strictObject({
  time: z.string(),
  stack: z.string(),
  service: z.string(),
  /** Which of the copies wrote it; null where a service runs once on every node, and for tasks that are forgotten. */
  slot: z.int().nullable(),
  stream: z.enum(["stdout", "stderr"]),
  text: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;

/** A line as the Engine tells it, with the task that wrote it. */
interface TaskLine {
  readonly time: string;
  readonly task: string | undefined;
  readonly stream: Frame["stream"];
  readonly text: string;
}

/** Reads `<time> <details> <text>`, as asked for with timestamps and details; the Engine names the task in the details. */
export function taskLines({ stream, text }: Frame): TaskLine[] {
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      const [, time = "", details = "", rest = line] = /^(\d{4}-\S+Z) (\S*) ?(.*)$/s.exec(line) ?? [];
      return { time, task: taskOf(details), stream, text: rest.replace(/\r$/, "") };
    });
}

// Keys and values are escaped as in a URL, with commas between the pairs.
function taskOf(details: string): string | undefined {
  const pairs = new Map(details.split(",").map((pair) => pair.split("=").map(decode) as [string, string]));
  return pairs.get("com.docker.swarm.task.id");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The line as people read it: who wrote it stands before what it says. */
export function lineText({ service, slot, text }: LogLine, width: number): string {
  return `${whoWrote({ service, slot }).padEnd(width)} | ${text}`;
}

/** `nginx.2`, or `traefik` where copies have no numbers. */
export function whoWrote({ service, slot }: Pick<LogLine, "service" | "slot">): string {
  return slot === null ? service : `${service}.${slot}`;
}
