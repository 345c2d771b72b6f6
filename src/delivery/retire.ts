import { type Entry, formerReleases, standingForm } from "../cluster/ledger.ts";
import { type Environment } from "../identity.ts";
import { stageBefore } from "./admission.ts";
import { type Course, moved, repairOf, stackOf } from "./course.ts";
import { Generations } from "./generations.ts";
import { withLease } from "./held-lease.ts";
import { removeStack } from "./recovery.ts";

/** How long the lease of the stage before is waited for, in seconds. */
const stageWaitSeconds = 600;

/** Former releases of an environment that go when a generation is live: all but the newest `keep`. */
export function superseded(entries: readonly Entry[], livePr: number, keep: number): Entry[] {
  return formerReleases(entries, livePr).slice(keep);
}

/** Removes the releases that the new one supersedes, and the one of the stage it came from. Returns their stacks. */
export async function retire(course: Course): Promise<{ course: Course; destroyed: string[] }> {
  const { entry, generations, settings } = course;
  const destroyed: string[] = [];
  for (const former of superseded(generations.entries, entry.pr, settings.policy.keep)) {
    await bury(course, generations, former);
    destroyed.push(stackOf(former));
  }
  const stage = entry.verb === "promote" ? stageBefore[entry.environment] : undefined;
  if (stage !== undefined) destroyed.push(...(await retireStage(course, stage)));
  await generations.prune();
  return { course: await moved(course, { step: "done" }), destroyed };
}

/** With what its own promotion has left in the stage before it, as nobody will look after that any more. */
async function retireStage(course: Course, stage: Environment): Promise<string[]> {
  const { context, entry } = course;
  // Always in the order PROD, QA, STAGING, so that two promotions never wait for each other.
  return withLease({ ...context, interrupted: course.signal }, stage, stageWaitSeconds, async (signal) => {
    const generations = await Generations.read(context.engine, stage);
    const left = standingForm(generations.entries, entry.pr);
    // A newer form of it is not what was proven here, and may be on its way.
    const isNewer = generations.entries.some((one) => one.pr === entry.pr && one.outcome === "going");
    if (left === undefined || left.image !== entry.image || isNewer) return [];
    const own = { ...course, signal };
    const before = left.step === "done" ? undefined : stageBefore[stage];
    const earlier = before === undefined ? [] : await retireStage(own, before);
    await bury(own, generations, left);
    return [stackOf(left), ...earlier];
  });
}

/** Removes a release and leaves its tombstone. */
async function bury(course: Course, generations: Generations, former: Entry): Promise<void> {
  course.signal.throwIfAborted();
  const stack = stackOf(former);
  await course.context.progress.step("retire", async (say) => {
    const said = await removeStack(stack, repairOf(course, say));
    return { value: undefined, said: `${stack}: ${said}` };
  });
  await generations.bury(former.pr);
}
