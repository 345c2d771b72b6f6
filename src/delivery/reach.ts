import { z } from "zod";
import { type Entry } from "../cluster/ledger.ts";
import { hostOf } from "../identity.ts";
import { type Course, markOf, releaseOf } from "./course.ts";
import { type Answer, type Expectation, expectSteady } from "./edge.ts";

const longestFault = 300;
const longestName = 40;

const readiness = z.object({
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), error: z.string().optional() })),
});

/** How long answers have to be right, and how soon that has to begin. */
type Patience = Pick<Expectation, "steadySeconds" | "withinSeconds">;

type Reached = Patience & Pick<Expectation, "path" | "release" | "after"> & Partial<Pick<Expectation, "fault">>;

/**
 * Asks the edge for the host of a release until the right one, its generation with 200 unless told otherwise, has answered
 * for a while; returns when that while began.
 */
export function reached({ settings, entry, signal }: Course, expected: Reached): Promise<number> {
  return expectSteady({
    fault: (answer) => faultOf(answer, entry),
    ...expected,
    addresses: settings.delivery.edge,
    host: hostOf(releaseOf(entry), settings.domain),
    signal,
  });
}

/**
 * Whom users reach once a release that shares its host has given its priority back. That is only told, for the release
 * goes whoever answers instead; without one before it, somebody whom no promotion made may.
 */
export async function wayBack(course: Course, before: Entry | undefined, patience: Patience): Promise<string> {
  const bad = markOf(course.entry);
  const isBad = ({ release }: Answer) => (release === bad ? `answered by ${bad}` : undefined);
  try {
    if (before === undefined) await reached(course, { path: "/healthz", fault: isBad, ...patience });
    else await reached({ ...course, entry: before }, { path: "/healthz", ...patience });
    return before === undefined ? `users reach ${bad} no longer` : `users reach ${markOf(before)} again`;
  } catch (error) {
    course.signal.throwIfAborted();
    const [fault = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return `users do not reach what was there before: ${fault}`;
  }
}

function faultOf({ status, release, body }: Answer, entry: Entry): string | undefined {
  const expected = markOf(entry);
  if (release !== expected) return `answered by ${release ?? "nobody"} (${status}), expected ${expected}`;
  if (status === 200) return undefined;
  const checks = failedChecks(body);
  if (checks === undefined) return indented(String(status), [body.replaceAll(/\s+/g, " ").trim()]);
  const names = checks.map(({ name }) => name.replaceAll(/[^\w.-]+/g, " ").slice(0, longestName));
  const lines = checks.map(({ name, error = "failed" }) => `${name}: ${error}`);
  return indented(`${status} ${names.join(", ")}`, lines);
}

/** What an application says of itself may hold anything, so it stands where the lines of its log do: see withoutLogLines. */
function indented(title: string, lines: readonly string[]): string {
  return [title, ...lines.filter((line) => line !== "").map((line) => line.slice(0, longestFault))].join("\n    ");
}

/** Which connections fail, where the answer is that of /readyz. */
function failedChecks(body: string): z.infer<typeof readiness>["checks"] | undefined {
  try {
    return readiness.parse(JSON.parse(body)).checks.filter(({ ok }) => !ok);
  } catch {
    return undefined;
  }
}
