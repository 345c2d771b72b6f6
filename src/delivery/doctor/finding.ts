import { z } from "zod";
import { PulumiError } from "../pulumi-error.ts";
import { columns } from "../status/text.ts";

const finding = z.strictObject({
  check: z.string(),
  /** `unknown`: what it needs did not answer, or is elsewhere. */
  state: z.enum(["ok", "problem", "unknown"]),
  detail: z.string(),
  /** What to do: one command, or a setting to correct. */
  remedy: z.string().optional(),
});
export type Finding = z.infer<typeof finding>;

/** The form of `sgw doctor --json`. */
export const doctorSchema = z.strictObject({ healthy: z.boolean(), findings: z.array(finding) });

export function ok(check: string, detail: string): Finding {
  return { check, state: "ok", detail };
}

export function problem(check: string, detail: string, remedy: string): Finding {
  return { check, state: "problem", detail, remedy };
}

export function unknown(check: string, detail: string): Finding {
  return { check, state: "unknown", detail };
}

/** The problems of one kind, or one line that says that there is none. */
export function orOk(check: string, problems: readonly Finding[], detail: string): readonly Finding[] {
  return problems.length > 0 ? problems : [ok(check, detail)];
}

/** Runs one check; that it fails is what it found. */
export async function tried(
  check: string,
  remedy: string,
  work: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await work();
  } catch (error) {
    return [problem(check, told(error), remedy)];
  }
}

const longestLine = 300;
const mostLines = 8;

/** What programs say when they fail can be pages. */
function told(error: unknown): string {
  const text = error instanceof PulumiError ? error.words : error instanceof Error ? error.message : String(error);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const errors = lines.filter((line) => line.startsWith("error: "));
  return (errors.length > 0 ? errors : lines)
    .slice(0, mostLines)
    .map((line) => line.slice(0, longestLine))
    .join("\n");
}

const marks = { ok: "ok", problem: "PROBLEM", unknown: "?" } as const;

/** What `sgw doctor` prints: every check, and below what is wrong what to do. */
export function findingsText(findings: readonly Finding[]): string {
  const rows = columns(findings.map(({ state, check, detail }) => [marks[state], check, firstLine(detail)]));
  const lines = findings.flatMap(({ detail, remedy }, index) => [
    rows[index] ?? "",
    ...detail
      .split("\n")
      .slice(1)
      .map((line) => `         ${line}`),
    ...(remedy === undefined ? [] : [`         -> ${remedy}`]),
  ]);
  const count = findings.filter(({ state }) => state === "problem").length;
  const verdict = count === 0 ? "Nothing is wrong." : count === 1 ? "1 problem." : `${count} problems.`;
  return [...lines, "", verdict].join("\n").concat("\n");
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
