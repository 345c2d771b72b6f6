import { z } from "zod";
import { nearest } from "./nearest.ts";

export interface Problem {
  /** The setting, and where it was written. */
  readonly path: string;
  readonly got: string;
  readonly expected: string;
  readonly remedy: string;
}

/** Everything that is wrong with the settings, one line each: `path: got X, expected Y, do Z`. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(
      [`${count} in the settings, nothing was changed:`, ...problems.map((problem) => `  ${line(problem)}`)].join("\n"),
    );
    this.problems = problems;
  }
}

export function line({ path, got, expected, remedy }: Problem): string {
  return `${path}: got ${got}, expected ${expected}, ${remedy}`;
}

interface Advice {
  readonly expected: string;
  readonly remedy: string;
  /** Never shown, not even when it is wrong. */
  readonly secret?: boolean;
}

const advice = z.registry<Advice>();

/** A schema that knows what to tell whoever gets it wrong. */
export function field<T extends z.ZodType>(schema: T, expected: string, remedy: string, secret = false): T {
  // A copy, because the registry knows schemas by identity.
  const copy = schema.clone();
  advice.add(copy, { expected, remedy, secret });
  return copy;
}

export function show(value: unknown, secret = false): string {
  if (value === undefined || value === null || value === "") return "nothing";
  if (secret) return typeof value === "string" ? `a value of ${value.length} characters` : "a value";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

interface Checked<T> {
  /** What is valid by itself, so that rules about several settings can be checked even when others are wrong. */
  readonly values: Partial<T>;
  readonly problems: readonly Problem[];
}

type Section = z.ZodObject<Readonly<Record<string, z.ZodType>>>;
type Path = readonly PropertyKey[];

/** Checks raw settings; `name` tells the reader where the setting at a path was written. */
export function check<S extends Section>(schema: S, raw: object, name: (path: Path) => string): Checked<z.output<S>> {
  const result = schema.safeParse(raw);
  if (result.success) return { values: result.data, problems: [] };
  const problems = result.error.issues.flatMap((issue) => explain(schema, raw, issue, name));
  const wrong = new Set(result.error.issues.map((issue) => issue.path[0]));
  const valid = Object.entries(schema.shape).filter(([key]) => !wrong.has(key));
  const values = valid.map(([key, part]) => [key, part.parse((raw as Record<string, unknown>)[key])]);
  return { values: Object.fromEntries(values) as Partial<z.output<S>>, problems: unique(problems) };
}

function explain(schema: Section, raw: unknown, issue: z.core.$ZodIssue, name: (path: Path) => string): Problem[] {
  const found = schemaAt(schema, issue.path);
  if (issue.code === "unrecognized_keys") {
    const inner = found && unwrapped(found);
    const allowed = Object.keys(inner instanceof z.ZodObject ? inner.shape : {});
    return issue.keys.map((key) => unknownName(name([...issue.path, key]), key, allowed));
  }
  const told = found === undefined ? undefined : advice.get(found);
  return [
    {
      path: name(issue.path),
      got: show(valueAt(raw, issue.path), told?.secret),
      expected: told?.expected ?? issue.message,
      remedy: told?.remedy ?? "correct it",
    },
  ];
}

export function unknownName(path: string, key: string, allowed: readonly string[]): Problem {
  const meant = nearest(key, allowed);
  return {
    path,
    got: "an unknown name",
    expected: allowed.length > 10 ? "a known name" : `one of ${allowed.join(" ")}`,
    remedy: meant === undefined ? "remove it" : `did you mean ${meant}?`,
  };
}

function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const inner = unwrapped(schema);
  const part = inner instanceof z.ZodObject ? (inner as Section).shape[String(key)] : undefined;
  return part === undefined ? undefined : schemaAt(part, rest);
}

function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrapped(schema.unwrap() as z.ZodType);
  }
  return schema;
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    raw,
  );
}

// One wrong value often breaks several rules of its schema; the advice is the same for all of them.
function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [line(problem), problem])).values()];
}
