import { type Entry } from "../../cluster/ledger.ts";
import { listed, type Objects, type Owned, type OwnedImage } from "../../cluster/objects.ts";
import { type Environment, type Identity, tryParseStackName } from "../../identity.ts";
import { type Policy } from "../../settings/index.ts";
import { stackOf } from "../course.ts";
import { type Lease } from "../lease.ts";
import { type StackSummary } from "../workspace.ts";

/** All that is known when it is decided what to collect. */
export interface World {
  /** Undefined when the forge is none, fails, or says nothing: then nothing is removed because of it. */
  readonly openPullRequests: ReadonlySet<number> | undefined;
  /** The backend's; undefined when it did not answer. */
  readonly stacks: readonly StackSummary[] | undefined;
  readonly objects: Objects;
  readonly images: readonly OwnedImage[];
  /** All environments, each oldest first. */
  readonly ledger: readonly Entry[];
  readonly leases: readonly Pick<Lease, "environment" | "by" | "isExpired">[];
  readonly policy: Readonly<Record<Environment, Policy>>;
  /** Removals in one run. */
  readonly cap: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What is removed as one: a release with all it has but volumes, or an image. */
export interface Item {
  readonly what: "stack" | "image";
  readonly name: string;
  readonly reason: string;
  /** What the Engine removes an image by. */
  readonly id?: string;
}

export interface Plan {
  /** In the order in which they go. */
  readonly doomed: readonly Item[];
  readonly kept: readonly Item[];
}

/** One stack, as the three who know of stacks see it. */
export interface Candidate {
  readonly name: string;
  readonly identity: Identity | undefined;
  readonly objects: readonly Owned[];
  readonly summary: StackSummary | undefined;
  /** Of its pull request in its environment, oldest first. */
  readonly entries: readonly Entry[];
}

/** Every stack that the Swarm, the backend or the ledger knows. */
export function candidates({ objects, stacks = [], ledger }: World): Candidate[] {
  const byStack = Map.groupBy(listed(objects), ({ stack }) => stack);
  const byName = new Map(stacks.map((summary) => [summary.name, summary]));
  const released = ledger.map(stackOf);
  const names = new Set([...byStack.keys(), ...byName.keys(), ...released]);
  return [...names].sort().map((name) => {
    const identity = tryParseStackName(name);
    const entries =
      identity?.kind === "release"
        ? ledger.filter(({ environment, pr }) => environment === identity.environment && pr === identity.pr)
        : [];
    return { name, identity, objects: byStack.get(name) ?? [], summary: byName.get(name), entries };
  });
}

/** Has it anything that a collection could remove? Volumes are nothing of that kind. */
export function isDeployed({ objects }: Candidate): boolean {
  return objects.some(({ kind }) => kind !== "volume");
}

/** When it was last changed, as far as anybody knows; undefined when nobody does. */
export function changedAt({ objects, summary }: Candidate): number | undefined {
  const made = objects.filter(({ kind }) => kind !== "volume").flatMap(({ createdAt }) => createdAt ?? []);
  const updated = Date.parse(summary?.lastUpdate ?? "");
  const known = [...made, ...(Number.isNaN(updated) ? [] : [updated])];
  return known.length === 0 ? undefined : Math.max(...known);
}
