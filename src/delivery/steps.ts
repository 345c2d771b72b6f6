import { type Entry, liveEntry, plainPriority, standbyPriority, standingForm } from "../cluster/ledger.ts";
import { readServices } from "../cluster/objects.ts";
import { isMoving } from "../cluster/verdict.ts";
import { hostOf, tryParseStackName } from "../identity.ts";
import { type Settings } from "../settings/index.ts";
import { isTurning } from "./admission.ts";
import { type Course, markOf, moved, releaseOf, repairOf, stackOf } from "./course.ts";
import { reached, wayBack } from "./reach.ts";
import { removeStack, repair } from "./recovery.ts";
import { UpdateError } from "./workspace.ts";

/** A release that turns bad a few seconds after it was healthy is not taken for good. */
const trialSeconds = 5;
/** What a healthy release is given to reach all it is connected with. */
const trialPatienceSeconds = 20;
const verification = {
  /** So long every new request has to reach the right release before a switch counts as done. */
  steadySeconds: 2,
  /** From when Pulumi has changed the priority: Traefik looks once a second. */
  withinSeconds: 20,
};

/**
 * Where a new generation stands: behind whatever answers for its host, unless it takes its own place there. What no
 * promotion made is not in the ledger, so a shared host is never taken for free.
 */
export function firstPriority(
  entries: readonly Entry[],
  { environment, pr }: Pick<Entry, "environment" | "pr">,
): number {
  return sharesHost(environment) && liveEntry(entries)?.pr !== pr ? standbyPriority : topPriority(entries, pr);
}

/** Do the releases of an environment answer for one host, so that the priority decides? */
function sharesHost(environment: Entry["environment"]): boolean {
  const [one, other] = [1, 2].map((pr) => hostOf(releaseOf({ environment, pr }), "domain"));
  return one === other;
}

/** Above every other release that may be there, those that no promotion made among them. */
export function topPriority(entries: readonly Entry[], pr: number): number {
  const own = entries.findLast((entry) => entry.pr === pr && entry.outcome === "live")?.priority ?? 0;
  const others = entries
    .filter((entry) => entry.pr !== pr && (entry.outcome === "live" || entry.outcome === "replaced"))
    .map(({ priority }) => priority);
  const highest = Math.max(plainPriority, ...others);
  return own > highest ? own : highest + 1;
}

/** Brings the release up beside the live one; the gate waits until it works. */
export async function deploy(course: Course): Promise<Course> {
  const { context, entry } = course;
  const stack = stackOf(entry);
  await context.progress.step("deploy", async (say) => {
    await repair(stack, repairOf(course, say));
    const said = await bringUp(course, say);
    return { value: undefined, said: `${stack}: ${said}` };
  });
  // Users may reach one that was interrupted at its switch, so it goes on counting as such.
  return isTurning(entry) ? course : moved(course, { step: "smoke" });
}

/** Tries the release through the edge, at its own name, while users still reach the other one. */
export async function smoke(course: Course): Promise<Course> {
  const { context, entry } = course;
  await context.progress.step("smoke", async () => {
    await reached(course, {
      path: "/readyz",
      release: stackOf(entry),
      steadySeconds: trialSeconds,
      withinSeconds: trialPatienceSeconds,
    });
    return { value: undefined, said: `reaches all it is connected with, for ${trialSeconds} s` };
  });
  return moved(course, { step: "switch" });
}

/**
 * Gives the release the highest priority, which restarts nothing, and makes sure from outside that every new request
 * reaches it. Returns how long it took until one did.
 */
export async function turn(course: Course): Promise<{ course: Course; seconds: number }> {
  const { context, entry, generations, signal } = course;
  const priority = topPriority(generations.entries, entry.pr);
  const began = Date.now();
  const turned = await moved(course, { priority });
  const seconds = await context.progress.step("switch", async (say) => {
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    // Both at a time: what users see does not wait for what Pulumi writes down.
    const updated = entry.priority === priority ? undefined : bringUp({ ...turned, signal: either }, say);
    const verified = reached(
      { ...turned, signal: either },
      {
        path: "/healthz",
        ...verification,
        // On a busy machine Pulumi alone may take longer than that.
        after: updated,
      },
    );
    const [since] = await Promise.all([verified, updated]).finally(async () => {
      failed.abort(new Error("the switch failed"));
      // Whoever takes it back must not meet its lock.
      await Promise.allSettled([verified, updated]);
    });
    const took = Math.max(0, (since - began) / 1000);
    return { value: took, said: `users reach ${markOf(entry)} after ${took.toFixed(1)} s` };
  });
  return { course: await moved(turned, { step: "verify" }), seconds };
}

/** Makes sure from outside that users reach a generation; fails with what they reach instead. */
export async function expectLive(course: Course): Promise<void> {
  const { context, entry } = course;
  await context.progress.step("switch", async () => {
    await reached(course, { path: "/healthz", ...verification });
    return { value: undefined, said: `users reach ${markOf(entry)}` };
  });
}

/** Lets users reach the release before again, however bad the new one is: its labels are what counts. */
async function turnBack(course: Course): Promise<Course> {
  const { context, entry, generations } = course;
  const former = liveEntry(generations.entries);
  if (!isTurning(entry) || former?.pr === entry.pr || !sharesHost(entry.environment)) return course;
  if (former === undefined && (await isAlone(course))) return course;
  const turned = await moved(course, { priority: standbyPriority });
  await context.progress.step("switch", async (say) => {
    await repair(stackOf(entry), repairOf(turned, say));
    await tryBringUp(turned, say);
    return { value: undefined, said: await wayBack(turned, former, verification) };
  });
  return turned;
}

/** Is there no other release of the environment, not even one that no promotion made? */
async function isAlone({ context, entry }: Course): Promise<boolean> {
  const stacks = (await readServices(context.engine)).map(({ stack }) => tryParseStackName(stack));
  return !stacks.some((one) => one?.kind === "release" && one.environment === entry.environment && one.pr !== entry.pr);
}

/** Writes down that the release is what users reach. */
export async function proclaim(course: Course): Promise<Course> {
  const { entry, generations } = course;
  const proclaimed = await moved(course, { step: "retire", outcome: "live" });
  const former = generations.entries.filter(
    ({ outcome, generation }) => outcome === "live" && generation !== entry.generation,
  );
  for (const { generation } of former) await generations.move(generation, { outcome: "replaced" });
  return proclaimed;
}

/**
 * Takes a release back that did not make it; the live one serves on, or again. What cannot be taken back is left to the next
 * run.
 */
export async function undo(course: Course, reason: string): Promise<void> {
  const { context, entry, generations } = course;
  const stack = stackOf(entry);
  const undone = await moved(await turnBack(course), { step: "undo", reason });
  const isUndone = await context.progress.step("undo", async (say) => {
    const tools = repairOf(undone, say);
    const former = standingForm(generations.entries, entry.pr);
    if (former === undefined && entry.adopted !== true) {
      const isGone = await tried(undone, say, () => removeStack(stack, tools));
      return {
        value: isGone,
        said: isGone ? `${stack} is gone` : `${stack} is not all gone; the next run tries again`,
      };
    }
    const isKnown = await repair(stack, tools);
    // Swarm may have gone back to it by itself, of which the state knows nothing.
    const isRead = entry.step !== "undo" || !isKnown || (await tried(undone, say, () => refresh(undone, say)));
    const isUp = isRead && (await tryBringUp(undone, say));
    if (!isUp && (await mayStillRun(undone))) {
      return { value: false, said: `${stack} may still run generation ${entry.generation}; the next run tries again` };
    }
    const form = former === undefined ? "what it ran before any promotion" : `generation ${former.generation}`;
    return { value: true, said: `${stack} runs ${form} again` };
  });
  await moved(undone, { outcome: "failed", ...(isUndone && { step: "done" }) });
}

/** Does a service still have the form that failed, or may Swarm go back to it? */
async function mayStillRun({ context, entry }: Course): Promise<boolean> {
  const services = await readServices(context.engine, stackOf(entry));
  return services.some(
    ({ generation, state }) => generation === entry.generation || isMoving(state.UpdateStatus?.State),
  );
}

/** Goes on when the release is not healthy: what comes next does not need it, and waiting for it would block the way. */
function tryBringUp(course: Course, say: (text: string) => void): Promise<boolean> {
  return tried(course, say, () => bringUp({ ...course, settings: hurried(course.settings) }, say));
}

function refresh({ context, entry, signal }: Course, say: (text: string) => void): Promise<void> {
  return context.workspace.forgetPending(stackOf(entry), { say, signal });
}

/** Whether an update went well. One that fails is told, and keeps nothing from going on. */
async function tried(
  { signal }: Course,
  say: (text: string) => void,
  update: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await update();
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof UpdateError)) throw error;
    say(`that fails, too: ${error.message.split("\n")[0] ?? ""}`);
    return false;
  }
}

/** The way back is not waited for longer than it takes a healthy release to come up. */
function hurried(settings: Settings): Settings {
  const timeoutSeconds = Math.min(settings.delivery.timeoutSeconds, 30);
  return { ...settings, delivery: { ...settings.delivery, timeoutSeconds } };
}

function bringUp({ context, settings, entry, signal }: Course, say: (text: string) => void): Promise<string> {
  const { timeoutSeconds } = settings.delivery;
  return context.workspace.up(stackOf(entry), { say, signal, timeoutSeconds });
}
