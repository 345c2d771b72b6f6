import { z } from "zod";
import { type Environment, environments } from "../identity.ts";
import { type Engine } from "./engine.ts";

/**
 * How far a generation has come: the steps of a promotion in their order; `undo` takes back what failed. One that failed
 * and is not `done` could not be taken back so far.
 */
export const steps = ["deploy", "smoke", "switch", "verify", "retire", "undo", "done"] as const;
export type Step = (typeof steps)[number];

/** What became of a generation. `destroyed` is the tombstone of its pull request in this environment. */
export const outcomes = ["going", "live", "replaced", "failed", "destroyed"] as const;

const facts = z.strictObject({
  environment: z.enum(environments),
  /** Grows by one with every promotion and rollback of its environment. */
  generation: z.int().positive(),
  pr: z.int().positive(),
  verb: z.enum(["promote", "rollback"]),
  /** Who asked for it: user@host, or the build of CI. */
  by: z.string(),
  began: z.iso.datetime(),
  /** The generation whose image it runs: itself, or the one that a rollback brings back. */
  origin: z.int().positive(),
  /** `repository@sha256:…`, or `sha256:…` for an image that only this node has. */
  image: z.string(),
  /** The release ran before without any promotion, by a plain `up`: what fails then goes back to that and is not removed. */
  adopted: z.boolean().optional(),
});

const progress = z.object({
  step: z.enum(steps),
  outcome: z.enum(outcomes),
  /** Of the router: among the releases that answer for one host the highest is asked. */
  priority: z.coerce.number().int().positive(),
  /** Why it failed. */
  reason: z.string().optional(),
  changed: z.iso.datetime(),
});

/** What is decided when a generation begins, and never changes. */
export type Facts = z.infer<typeof facts>;
export type Progress = z.infer<typeof progress>;
export type Entry = Facts & Progress;

/** An entry and the Swarm config that holds it. */
export interface Recorded {
  readonly id: string;
  readonly version: number;
  /** The facts as they were written: with other labels, Swarm takes them only byte for byte. */
  readonly data: string;
  readonly entry: Entry;
}

/** A release that is deployed but not switched to has this priority; every other has a higher one. */
export const standbyPriority = 1;
/** Of a release that no promotion made: above what waits, below what was switched to. */
export const plainPriority = 100;

const label = "studygiveway.ledger";

export function ledgerName(environment: Environment, generation: number): string {
  return `${label}.${environment}.${generation}`;
}

export function encodeFacts(known: Facts): string {
  return Buffer.from(JSON.stringify(known)).toString("base64");
}

export function progressLabels(environment: Environment, known: Progress): Record<string, string> {
  const fields = Object.entries(known).flatMap(([name, value]) =>
    value === undefined ? [] : [[`${label}.${name}`, String(value)] as const],
  );
  return { [label]: environment, ...Object.fromEntries(fields) };
}

/** All generations, oldest first, with the configs that hold them. */
export async function readRecords(engine: Engine, environment?: Environment): Promise<Recorded[]> {
  const filters = { label: [environment === undefined ? label : `${label}=${environment}`] };
  const configs = (await engine.listConfigs({ filters })) as unknown as SwarmConfig[];
  return configs.map(decode).sort((a, b) => a.entry.generation - b.entry.generation);
}

/** All generations, oldest first. */
export async function readLedger(engine: Engine, environment?: Environment): Promise<Entry[]> {
  return (await readRecords(engine, environment)).map(({ entry }) => entry);
}

interface SwarmConfig {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: { readonly Name: string; readonly Data: string; readonly Labels: Readonly<Record<string, string>> };
}

function decode({ ID, Version, Spec }: SwarmConfig): Recorded {
  const marks = Object.entries(Spec.Labels).map(([name, value]) => [name.slice(label.length + 1), value]);
  try {
    const known = facts.parse(JSON.parse(Buffer.from(Spec.Data, "base64").toString()));
    const entry = { ...known, ...progress.parse(Object.fromEntries(marks)) };
    return { id: ID, version: Version.Index, data: Spec.Data, entry };
  } catch (error) {
    throw new Error(`config ${Spec.Name}: this version of the program cannot read it, use the one that wrote it`, {
      cause: error,
    });
  }
}

/** The generation that the environment's users reach. */
export function liveEntry(entries: readonly Entry[]): Entry | undefined {
  return entries.findLast(({ outcome }) => outcome === "live");
}

/** The form of a pull request's release that users reached last, as far as it is still there. */
export function standingForm(entries: readonly Entry[], pr: number): Entry | undefined {
  return entries.findLast((entry) => entry.pr === pr && (entry.outcome === "live" || entry.outcome === "replaced"));
}

/** The releases that the live one has replaced, newest first; one entry each. */
export function formerReleases(entries: readonly Entry[], livePr = liveEntry(entries)?.pr): Entry[] {
  const replaced = entries.filter(({ outcome, pr }) => outcome === "replaced" && pr !== livePr);
  const newest = new Map(replaced.map((entry) => [entry.pr, entry]));
  return [...newest.values()].sort((a, b) => b.generation - a.generation);
}

/** What a release is to run: the form of its newest generation that is neither a failure nor gone. */
export interface Rollout {
  readonly generation: number;
  readonly image: string;
  readonly priority: number;
}

export function rolloutOf(entries: readonly Entry[], pr: number): Rollout | undefined {
  const newest = entries.findLast(
    ({ step, outcome, ...entry }) => entry.pr === pr && outcome !== "failed" && step !== "undo",
  );
  if (newest === undefined || newest.outcome === "destroyed") return undefined;
  return { generation: newest.generation, image: newest.image, priority: newest.priority };
}
