import { type Entry, liveEntry, readLedger } from "../cluster/ledger.ts";
import { type Environment } from "../identity.ts";
import { loadEnvironmentSettings } from "../settings/index.ts";
import { formerOf, isTurning, unfinished } from "./admission.ts";
import { type Context } from "./context.ts";
import { releaseOf, stackOf } from "./course.ts";
import { shortImage } from "./image.ts";
import { printDelivered } from "./promote.ts";
import { pullRequestsOf, tellForges } from "./report.ts";
import { carryOut, giveUp, type Order, withGenerations } from "./promotion.ts";
import { confirm } from "./question.ts";
import { Refused } from "./refused.ts";

export interface RollbackOptions {
  readonly environment: Environment;
  readonly waitSeconds: number;
}

/** Brings the form back that was live before; while its release is still there, that is one switch. */
export async function rollback(context: Context, { environment, waitSeconds }: RollbackOptions): Promise<number> {
  const { live, from, former } = goal(await readLedger(context.engine, environment), environment);
  const plan = [
    `roll ${environment} back`,
    `  from     ${stackOf(from)} (generation ${from.generation}, ${shortImage(from.image)})`,
    `  to       ${stackOf(former)} (generation ${former.generation}, ${shortImage(former.image)})`,
  ];
  await confirm(context, plan);
  const settings = loadEnvironmentSettings(releaseOf(former));
  const touched = new Set([from.pr, former.pr]);
  const delivered = await withGenerations(context, environment, waitSeconds, async (generations, signal) => {
    const now = liveEntry(generations.entries);
    for (const left of unfinished(generations.entries)) touched.add(left.pr);
    if (now?.generation !== live.generation) throw outrun(environment, live.generation, now?.generation);
    if (from !== live) return giveUp({ context, settings, generations, signal }, from, live);
    const { origin: generation, pr, image } = former;
    const order: Order = { environment, pr, image, verb: "rollback", origin: generation };
    const done = await carryOut(context, order, generations, signal);
    for (const other of pullRequestsOf(done.destroyed)) touched.add(other);
    return done;
  }).finally(() => tellForges(context, settings, touched));
  printDelivered(context, delivered, settings);
  return 0;
}

/** Somebody else was faster; what was planned and agreed to is no longer what would happen. */
function outrun(environment: Environment, planned: number, live: number | undefined): Refused {
  return new Refused({
    path: environment,
    got: live === undefined ? "nothing live" : `generation ${live} live by now`,
    expected: `generation ${planned}, which was to be rolled back`,
    remedy: "look at sgw status, and run it again if it is still wanted",
  });
}

interface Goal {
  /** What users reach by the ledger. */
  readonly live: Entry;
  /** What is left: the live one, or a promotion of which users may have seen something before it was interrupted. */
  readonly from: Entry;
  readonly former: Entry;
}

/** Between which two generations a rollback goes. */
export function goal(entries: readonly Entry[], environment: Environment): Goal {
  const live = liveEntry(entries);
  // One that was interrupted goes on to what it began with.
  const begun = entries.findLast(
    ({ verb, step, outcome }) =>
      verb === "rollback" && step !== "done" && step !== "undo" && (outcome === "live" || outcome === "going"),
  );
  const seen = entries.findLast((entry) => isSeen(entry, live));
  const former = begun ?? (seen === undefined ? formerOf(entries, live) : live);
  if (live !== undefined && former !== undefined)
    return { live, from: begun === undefined && seen !== undefined ? seen : live, former };
  throw new Refused({
    path: environment,
    got: live === undefined ? "nothing live" : `nothing that was live before generation ${live.generation}`,
    expected: "a former generation to go back to",
    remedy: `sgw status shows what there is; sgw promote ${environment} deploys`,
  });
}

/**
 * Was it interrupted when users may have seen something of it: while they were led to it or back, or, in the place of the
 * live release, at any step?
 */
function isSeen(entry: Entry, live: Entry | undefined): boolean {
  if (entry.verb !== "promote" || entry.outcome !== "going" || entry.generation < (live?.generation ?? 0)) return false;
  return entry.pr === live?.pr || isTurning(entry) || entry.step === "undo";
}
