import { type Entry, liveEntry } from "../cluster/ledger.ts";
import { type Environment } from "../identity.ts";
import { Refused } from "./refused.ts";

/** The stage whose digest an environment takes; STAGING takes an image from outside. */
export const stageBefore: Readonly<Record<Environment, Environment | undefined>> = {
  staging: undefined,
  qa: "staging",
  prod: "qa",
};

/** Has users of the environment reached this generation at any time? */
export function wasLive({ outcome }: Entry): boolean {
  return outcome === "live" || outcome === "replaced" || outcome === "destroyed";
}

/** What an earlier run has begun and not ended, in whatever way. */
export function unfinished(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ step }) => step !== "done");
}

/** Are users being led to it? */
export function isTurning({ step }: Entry): boolean {
  return step === "switch" || step === "verify";
}

/** The promotion that an earlier run admitted and did not end; what failed or was replaced since is none. */
export function begunPromotion(entries: readonly Entry[], pr?: number): Entry | undefined {
  const live = liveEntry(entries);
  return entries.findLast(
    (entry) =>
      entry.verb === "promote" &&
      entry.step !== "done" &&
      entry.step !== "undo" &&
      (entry === live || (entry.outcome === "going" && entry.generation > (live?.generation ?? 0))) &&
      (pr === undefined || entry.pr === pr),
  );
}

/** Refuses a pull request that was taken away from the environment, or that is older than one it has seen. */
export function admit(entries: readonly Entry[], environment: Environment, pr: number, revive: boolean): void {
  if (revive) return;
  const last = entries.findLast((entry) => entry.pr === pr && entry.outcome !== "failed" && entry.step !== "undo");
  if (last?.outcome === "destroyed") {
    throw new Refused({
      path: `pull request ${pr}`,
      got: `one that was destroyed in ${environment} at ${last.changed} (generation ${last.generation})`,
      expected: "one that was not",
      remedy: `sgw promote ${environment} --pr ${pr} --revive brings it back, if that is meant`,
    });
  }
  const newest = Math.max(...entries.filter(wasLive).map((entry) => entry.pr), 0);
  if (pr < newest) {
    throw new Refused({
      path: `pull request ${pr}`,
      got: `one that is older than ${newest}, which was live in ${environment}`,
      expected: `${newest} or newer`,
      remedy: `sgw rollback ${environment} brings a former release back; --revive if this older one is really meant`,
    });
  }
}

/** What the stage before has proven: its live release, or the newest one of a pull request. */
export function provenIn(stage: Environment, entries: readonly Entry[], pr: number | undefined): Entry {
  const proven = pr === undefined ? liveEntry(entries) : entries.findLast((entry) => wasLive(entry) && entry.pr === pr);
  if (proven !== undefined) return proven;
  throw new Refused({
    path: pr === undefined ? stage : `pull request ${pr}`,
    got: pr === undefined ? "nothing that is live there" : `one that was never live in ${stage}`,
    expected: `one whose image has run in ${stage}`,
    remedy: `sgw promote ${stage} --pr ${pr ?? "N"} first`,
  });
}

/** What a rollback brings back: the last form that users reached before the one that is live. */
export function formerOf(entries: readonly Entry[], live: Entry | undefined): Entry | undefined {
  if (live === undefined) return undefined;
  return entries.findLast(
    (entry) => wasLive(entry) && entry.generation < live.origin && (entry.pr !== live.pr || entry.image !== live.image),
  );
}
