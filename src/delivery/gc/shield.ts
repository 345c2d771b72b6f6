import { formerReleases, liveEntry } from "../../cluster/ledger.ts";
import { isKept } from "../../cluster/objects.ts";
import { type Release } from "../../identity.ts";
import { type Candidate, changedAt, type World } from "./world.ts";

/** Younger than this, in seconds, it may be that somebody is just making it. */
export const graceSeconds = 600;

/** Why nobody may collect a stack, whatever else is said of it; undefined when nothing forbids it. */
export function shieldOf(candidate: Candidate, world: World): string | undefined {
  const { identity, objects } = candidate;
  if (identity === undefined) return "its name is not one of ours";
  if (identity.kind !== "release") return "only removed on request: sgw destroy";
  if (objects.some(isKept)) return "carries the label studygiveway.keep=true";
  return ledgerShield(candidate, identity, world) ?? momentShield(candidate, identity, world);
}

function ledgerShield({ entries }: Candidate, { environment }: Release, { ledger, policy }: World): string | undefined {
  const own = ledger.filter((entry) => entry.environment === environment);
  const live = entries.find(({ outcome }) => outcome === "live");
  if (live !== undefined) return `live as generation ${live.generation}`;
  const going = entries.find(({ step, outcome }) => step !== "done" || outcome === "going");
  if (going !== undefined) return `generation ${going.generation} is on its way: ${going.step}`;
  // A site that was brought up without promotions is nowhere written down as live.
  if (environment === "prod" && liveEntry(own) === undefined)
    return "no release of prod is live by the ledger, so any may be";
  const former = formerReleases(own).slice(0, policy[environment].keep);
  const kept = former.find(({ generation }) => entries.some((entry) => entry.generation === generation));
  return kept === undefined ? undefined : `generation ${kept.generation} is kept for a rollback`;
}

function momentShield(candidate: Candidate, { environment }: Release, { leases, now }: World): string | undefined {
  const holder = leases.find((lease) => lease.environment === environment && !lease.isExpired);
  if (holder !== undefined) return `${environment} is being changed by ${holder.by}`;
  if (candidate.summary?.updateInProgress === true) return "is being updated";
  const changed = changedAt(candidate);
  if (changed === undefined) return undefined;
  return now - changed < graceSeconds * 1000 ? `changed less than ${graceSeconds / 60} min ago` : undefined;
}
