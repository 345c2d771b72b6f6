import { type Entry, type Facts, liveEntry, standingForm } from "../cluster/ledger.ts";
import { readServices } from "../cluster/objects.ts";
import { type Environment } from "../identity.ts";
import { loadEnvironmentSettings } from "../settings/index.ts";
import { unfinished } from "./admission.ts";
import { type Context } from "./context.ts";
import { type Course, moved, releaseOf, stackOf } from "./course.ts";
import { Generations } from "./generations.ts";
import { withLease } from "./held-lease.ts";
import { Refused } from "./refused.ts";
import { retire } from "./retire.ts";
import { deploy, expectLive, firstPriority, proclaim, smoke, turn, undo } from "./steps.ts";
import { UpdateError } from "./workspace.ts";

/** What is to become live. */
export interface Order {
  readonly environment: Environment;
  readonly pr: number;
  readonly image: string;
  readonly verb: Facts["verb"];
  /** The generation a rollback brings back. */
  readonly origin?: number | undefined;
}

export interface Delivered {
  readonly entry: Entry;
  readonly destroyed: readonly string[];
  readonly seconds: Readonly<Record<string, number>>;
}

/** A promotion failed and was taken back: users never reached the release, or not for long. */
export class PromotionError extends Error {
  override readonly name = "PromotionError";
}

/** Runs with the lease of an environment and its ledger; the work has to stop when the signal aborts. */
export function withGenerations<T>(
  context: Context,
  environment: Environment,
  waitSeconds: number,
  work: (generations: Generations, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withLease(context, environment, waitSeconds, async (signal) =>
    work(await Generations.read(context.engine, environment), signal),
  );
}

/** Makes the order live: the one that was interrupted before goes on, any other is finished or taken back first. */
export async function carryOut(
  context: Context,
  order: Order,
  generations: Generations,
  signal: AbortSignal,
): Promise<Delivered> {
  const settings = loadEnvironmentSettings(releaseOf(order));
  const begun = (await settle({ context, settings, generations, signal }, order)) ?? standing(generations, order);
  const { environment, origin, ...known } = order;
  const entry =
    begun ??
    (await generations.open({
      ...known,
      by: context.holder.by,
      priority: firstPriority(generations.entries, order),
      ...(origin !== undefined && { origin }),
      ...((await isAdopted(context, order, generations)) && { adopted: true }),
    }));
  context.progress.say("promote", `${environment} generation ${entry.generation}: ${stackOf(entry)}, ${entry.image}`);
  return walk({ context, settings, generations, entry, signal });
}

/** Does the release run although the ledger knows of nothing that made it? */
async function isAdopted({ engine }: Context, order: Order, { entries }: Generations): Promise<boolean> {
  if (standingForm(entries, order.pr) !== undefined) return false;
  return (await readServices(engine, stackOf(order))).length > 0;
}

/** The live generation where it is what is ordered: then it is only looked after. */
function standing({ entries }: Generations, { pr, image }: Order): Entry | undefined {
  const live = liveEntry(entries);
  return live?.pr === pr && live.image === image ? live : undefined;
}

/** All steps from the first on; each finds out what it has done before. */
async function walk(start: Course): Promise<Delivered> {
  const clock = stopwatch();
  let course = start;
  let switchSeconds: number;
  try {
    course = await clock.time("deploy", () => deploy(course));
    course = await clock.time("smoke", () => smoke(course));
    const turned = await clock.time("turn", () => turn(course));
    ({ course, seconds: switchSeconds } = turned);
    course = await proclaim(course);
  } catch (error) {
    start.signal.throwIfAborted();
    throw await takeBack(start, error);
  }
  const retired = await clock.time("retire", () => clear(course));
  const { entry } = retired.course;
  return { entry, destroyed: retired.destroyed, seconds: { ...clock.seconds(), switch: switchSeconds } };
}

/** Takes away what the live release replaces. Much was changed before that may be refused. */
async function clear(course: Course): ReturnType<typeof retire> {
  try {
    return await retire(course);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new PromotionError(`${stackOf(course.entry)} is live; what it replaces is still there: ${error.message}`);
  }
}

/** Undoes a promotion that failed; gives what there is to say of it. */
async function takeBack(start: Course, error: unknown): Promise<unknown> {
  const { generations } = start;
  await generations.refresh();
  const { generation } = start.entry;
  const entry = generations.entries.find((one) => one.generation === generation) ?? start.entry;
  // The next run finishes it.
  if (entry.outcome === "live") return error;
  const told = error instanceof Error ? error.message : String(error);
  const reason = withoutLogLines(told);
  if (error instanceof Refused) {
    // An earlier run has come further: users may reach it, and whoever is not refused goes on with it.
    if (entry.step === "deploy") await moved({ ...start, entry }, { step: "done", outcome: "failed", reason });
    return error;
  }
  start.context.progress.say("failed", reason.split("\n").slice(0, 3).join(" "));
  await undo({ ...start, entry }, reason);
  return new PromotionError(`${stackOf(entry)} is not promoted:\n${told}`, { cause: error });
}

/** What a service wrote may hold anything; the ledger is read by more people, and the forge shows it. */
function withoutLogLines(reason: string): string {
  return reason
    .split("\n")
    .filter((line) => !line.startsWith("    "))
    .join("\n");
}

/** Finishes or takes back what an earlier run left; gives the generation that the order itself has begun. */
export async function settle(
  base: Omit<Course, "entry">,
  order: Pick<Order, "pr" | "image" | "verb"> | undefined,
): Promise<Entry | undefined> {
  const { generations, context } = base;
  const isOrdered = (entry: Entry) =>
    entry.pr === order?.pr && entry.image === order.image && entry.verb === order.verb;
  let begun: Entry | undefined;
  for (const entry of unfinished(generations.entries)) {
    const course = { ...base, entry };
    context.progress.say("recover", `generation ${entry.generation} (${stackOf(entry)}) was left at ${entry.step}`);
    if (entry.outcome === "live" || entry.outcome === "replaced") await finish(course, order?.verb);
    else if (entry.step === "undo" || !isOrdered(entry) || begun !== undefined) await undo(course, interrupted(entry));
    else begun = entry;
  }
  return begun;
}

/** A rollback removes nothing first: what the interrupted promotion replaced may be what it is to bring back. */
async function finish(course: Course, next: Order["verb"] | undefined): Promise<void> {
  const isLive = liveEntry(course.generations.entries)?.generation === course.entry.generation;
  const proclaimed = isLive ? await proclaim(course) : course;
  if (!isLive || next === "rollback") {
    await moved(proclaimed, { step: "done" });
    return;
  }
  try {
    await clear(proclaimed);
  } catch (error) {
    course.signal.throwIfAborted();
    if (!(error instanceof UpdateError || error instanceof PromotionError)) throw error;
    // Whoever comes next tries it again; that must not keep anything from being promoted.
    course.context.progress.say("recover", `not all that it replaces is gone: ${error.message.split("\n")[0] ?? ""}`);
  }
}

/** Takes an interrupted generation back, and leaves the live one as it is: users have to reach that. */
export async function giveUp(base: Omit<Course, "entry">, from: Entry, live: Entry): Promise<Delivered> {
  const clock = stopwatch();
  await clock.time("undo", () => settle(base, { ...live, verb: "rollback" }));
  const left = unfinished(base.generations.entries).find(({ generation }) => generation === from.generation);
  if (left !== undefined) throw new PromotionError(`${stackOf(left)} may still run generation ${left.generation}`);
  await clock.time("turn", () => expectLive({ ...base, entry: live }));
  return { entry: live, destroyed: [], seconds: clock.seconds() };
}

function interrupted({ step, reason }: Entry): string {
  return reason ?? `interrupted at ${step}`;
}

function stopwatch() {
  const seconds: Record<string, number> = {};
  const began = Date.now();
  return {
    time: async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      const start = Date.now();
      const value = await work();
      seconds[name] = Math.round((Date.now() - start) / 100) / 10;
      return value;
    },
    seconds: () => ({ ...seconds, total: Math.round((Date.now() - began) / 100) / 10 }),
  };
}
