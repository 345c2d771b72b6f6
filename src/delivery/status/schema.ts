import { z } from "zod";
import { type Entry, outcomes, steps } from "../../cluster/ledger.ts";
import { environments } from "../../identity.ts";
import { stackOf } from "../course.ts";
import { type Lease } from "../lease.ts";

const environment = z.enum(environments);

/** A service that is not as asked for, and what it does instead. */
const trouble = z.strictObject({ service: z.string(), state: z.string() });

const stack = z.strictObject({
  stack: z.string(),
  /** `other` for a name that no stack of ours has. */
  kind: z.enum(["platform", "data", "release", "other"]),
  environment: environment.nullable(),
  pr: z.int().nullable(),
  /** Where it answers: a release, the object store of a data tier, the dashboard of the platform. */
  url: z.string().nullable(),
  ageSeconds: z.int().nonnegative().nullable(),
  /** What its application runs, as Swarm has it: with the digest where a registry told one. */
  image: z.string().nullable(),
  /** Null where no promotion made it. */
  generation: z.int().positive().nullable(),
  /** Which of the releases that share a host is asked; null for what is no release. */
  role: z.enum(["live", "standby"]).nullable(),
  /** `missing`: the ledger says that users reach it, and the Swarm has nothing of it. */
  health: z.enum(["healthy", "unhealthy", "missing"]),
  services: z.strictObject({ wanted: z.int(), healthy: z.int() }),
  troubles: z.array(trouble),
  /** Services whose last change failed, so that Swarm went back to the form before. */
  wentBack: z.array(z.string()),
});

const lease = z.strictObject({
  environment: z.enum([...environments, "platform"]),
  by: z.string(),
  since: z.string(),
  secondsSinceHeartbeat: z.number(),
  isExpired: z.boolean(),
});

const generation = z.strictObject({
  environment,
  generation: z.int().positive(),
  stack: z.string(),
  step: z.enum(steps),
  outcome: z.enum(outcomes),
  by: z.string(),
  began: z.string(),
  changed: z.string(),
  reason: z.string().optional(),
});

/** What is deployed, who changes it, what went wrong: the form of `sgw status --json`. */
export const statusSchema = z.strictObject({
  at: z.iso.datetime(),
  stacks: z.array(stack),
  leases: z.array(lease),
  /** Generations on their way, or left there by a deployer that died. */
  going: z.array(generation),
  /** The last failure of each environment. */
  failed: z.array(generation),
});
export type Status = z.infer<typeof statusSchema>;
export type StackStatus = z.infer<typeof stack>;
export type GenerationStatus = z.infer<typeof generation>;

export function leaseStatus({
  environment,
  by,
  since,
  secondsSinceHeartbeat,
  isExpired,
}: Lease): Status["leases"][number] {
  return { environment, by, since, secondsSinceHeartbeat, isExpired };
}

export function generationStatus(entry: Entry): GenerationStatus {
  const { environment, generation, step, outcome, by, began, changed, reason } = entry;
  const stack = stackOf(entry);
  return { environment, generation, stack, step, outcome, by, began, changed, ...(reason !== undefined && { reason }) };
}

/** The newest of each environment. */
export function newestOfEach(entries: readonly Entry[]): Entry[] {
  return environments.flatMap((environment) => entries.findLast((entry) => entry.environment === environment) ?? []);
}
