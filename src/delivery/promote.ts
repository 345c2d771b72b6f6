import { type Entry, liveEntry, readLedger, standingForm } from "../cluster/ledger.ts";
import { type Environment, hostOf, urlOf } from "../identity.ts";
import { loadEnvironmentSettings, type Settings } from "../settings/index.ts";
import { admit, begunPromotion, provenIn, stageBefore, unfinished } from "./admission.ts";
import { build } from "./build.ts";
import { type Context } from "./context.ts";
import { releaseOf, stackOf } from "./course.ts";
import { type Generations } from "./generations.ts";
import { ImageError, pin, shortImage } from "./image.ts";
import { carryOut, type Delivered, type Order, PromotionError, withGenerations } from "./promotion.ts";
import { publish } from "./push.ts";
import { confirm } from "./question.ts";
import { Refused } from "./refused.ts";
import { pullRequestsOf, tellForges } from "./report.ts";
import { superseded } from "./retire.ts";

export interface PromoteOptions {
  readonly environment: Environment;
  /** Without it: what is live in the stage before. */
  readonly pr?: number;
  /** For STAGING alone; without it the image is built. */
  readonly image?: string;
  /** Deploys what was destroyed here before, or what is older than what was live. */
  readonly revive?: boolean;
  /** How long another deployer is waited for, in seconds. */
  readonly waitSeconds: number;
}

/** Makes a pull request live in an environment; destroys the stage it came from when that is proven. */
export async function promote(context: Context, options: PromoteOptions): Promise<number> {
  const { environment } = options;
  const { pr, image: proven } = await wanted(context, options);
  const release = releaseOf({ environment, pr });
  const settings = loadEnvironmentSettings(release);
  const check = (entries: readonly Entry[]) => {
    if (begunPromotion(entries, pr) === undefined) admit(entries, environment, pr, options.revive ?? false);
  };
  const entries = await readLedger(context.engine, environment);
  check(entries);
  await confirm(context, await plan(context, settings, entries, { environment, pr, image: proven }));
  const image = proven ?? (await publish(context, settings, await build(context, pr)));
  const touched = new Set([pr]);
  const delivered = await withGenerations(context, environment, options.waitSeconds, async (generations, signal) => {
    // Somebody else may have been faster while we waited.
    check(generations.entries);
    for (const left of unfinished(generations.entries)) touched.add(left.pr);
    const before = liveEntry(generations.entries);
    if (before !== undefined) touched.add(before.pr);
    if (proven !== undefined) await refuseOutrun(context, options, { pr, image: proven });
    const order: Order = {
      environment,
      pr,
      verb: "promote",
      image: await pinned(context, settings, generations, { environment, pr, image }),
    };
    const done = await carryOut(context, order, generations, signal);
    for (const other of pullRequestsOf(done.destroyed)) touched.add(other);
    return done;
  }).finally(() => tellForges(context, settings, touched));
  printDelivered(context, delivered, settings);
  return 0;
}

/** Which pull request, and which image of it. */
async function wanted(context: Context, { environment, pr, image }: PromoteOptions) {
  const stage = stageBefore[environment];
  if (stage !== undefined) {
    if (image !== undefined) {
      throw new Refused({
        path: "--image",
        got: JSON.stringify(image.slice(0, 80)),
        expected: `none, because ${environment} runs the very image that ran in ${stage}`,
        remedy: "leave it out; another image enters by sgw promote staging --image …",
      });
    }
    // Without a number, one that was interrupted goes on; the stage it came from may be gone by now.
    const begun = begunPromotion(await readLedger(context.engine, environment));
    const proven = provenIn(stage, await readLedger(context.engine, stage), pr ?? begun?.pr);
    return { pr: proven.pr, image: proven.image };
  }
  if (pr === undefined) {
    const remedy = "add the number of the merged pull request";
    throw new Refused({ path: "--pr", got: "nothing", expected: `a number, for ${environment}`, remedy });
  }
  return { pr, image };
}

/** The stage before may have gone on while we waited. */
async function refuseOutrun(context: Context, options: PromoteOptions, planned: { pr: number; image: string }) {
  const now = await wanted(context, options);
  if (now.pr === planned.pr && now.image === planned.image) return;
  throw new Refused({
    path: options.environment,
    got: `pull request ${now.pr} with ${shortImage(now.image ?? "")} to promote by now`,
    expected: `${planned.pr} with ${shortImage(planned.image)}, which was planned`,
    remedy: "run it again if that is still wanted",
  });
}

type Planned = Pick<Order, "environment" | "pr"> & { readonly image: string | undefined };
type Target = Pick<Order, "environment" | "pr" | "image">;

/** An image that cannot be had is a failed generation: the ledger says why, and nothing was made. */
async function pinned(context: Context, settings: Settings, generations: Generations, target: Target): Promise<string> {
  try {
    const image = await pin(context.engine, target.image, settings);
    if (image !== undefined) return image;
    throw new ImageError(
      `image ${target.image}: neither a registry nor this node has it, push it first, or correct --image`,
    );
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const known = { pr: target.pr, image: target.image, verb: "promote", by: context.holder.by, priority: 1 } as const;
    const { generation } = await generations.open(known);
    await generations.move(generation, { step: "done", outcome: "failed", reason: error.message });
    throw new PromotionError(error.message, { cause: error });
  }
}

async function plan(context: Context, settings: Settings, entries: readonly Entry[], target: Planned) {
  const { environment, pr, image = "built from this checkout" } = target;
  const live = liveEntry(entries);
  const stage = stageBefore[environment];
  const left = stage === undefined ? undefined : standingForm(await readLedger(context.engine, stage), pr);
  const afterwards = entries.map((entry) => (entry === live ? { ...entry, outcome: "replaced" as const } : entry));
  const gone = superseded(afterwards, pr, settings.policy.keep);
  const destroyed = [...gone, ...(left === undefined ? [] : [left])].map(stackOf);
  const beside = live === undefined || live.pr === pr ? "" : ` beside ${stackOf(live)}`;
  return [
    `promote pull request ${pr} to ${environment}`,
    `  image    ${shortImage(image)}${stage === undefined ? "" : ` (ran in ${stage})`}`,
    `  deploy   ${stackOf(target)}${beside}`,
    `  switch   ${hostOf(releaseOf(target), settings.domain)}`,
    `  destroy  ${destroyed.length === 0 ? "nothing" : destroyed.join(", ")} (volumes stay)`,
  ];
}

/** Prints what is live now; the whole result for a machine. */
export function printDelivered(context: Context, { entry, destroyed, seconds }: Delivered, settings: Settings): void {
  const { environment, pr, generation, image } = entry;
  const host = hostOf(releaseOf(entry), settings.domain);
  const url = urlOf(host, settings.ports.https);
  if (context.json) {
    context.out(
      `${JSON.stringify({ environment, pr, generation, stack: stackOf(entry), image, url, destroyed, seconds })}\n`,
    );
    return;
  }
  context.out(`${stackOf(entry)} is live as generation ${generation} of ${environment}: ${url}\n`);
}
