import { readLedger } from "../cluster/ledger.ts";
import { readImages, readObjects } from "../cluster/objects.ts";
import { environments, type Identity } from "../identity.ts";
import { type ForgeSettings, loadEnvironmentSettings, type Settings } from "../settings/index.ts";
import { type Context } from "./context.ts";
import { type Forge, openForge, trusted } from "./forge/forge.ts";
import { collect, type Collected } from "./gc/collect.ts";
import { planCollection } from "./gc/plan.ts";
import { collectionText, planLines, planText } from "./gc/text.ts";
import { type World } from "./gc/world.ts";
import { readLeases } from "./lease.ts";
import { confirm } from "./question.ts";
import { Refused } from "./refused.ts";
import { pullRequestsOf, tellForges } from "./report.ts";

export interface GcOptions {
  /** Removes; without it only the plan is shown. */
  readonly apply?: boolean | undefined;
  /** Removals in one run. Default 5. */
  readonly cap?: number | undefined;
}

const usualCap = 5;
const greatestCap = 1000;

/** Where the settings and the forge come from. */
interface Sources {
  readonly read: (identity: Identity) => Settings;
  readonly open: (settings: ForgeSettings) => Forge;
}

/** `sgw gc`: removes releases and images that nobody needs any more; shows what it would do unless told to do it. */
export async function gc(
  context: Context,
  { apply = false, cap = usualCap }: GcOptions,
  sources: Sources = { read: loadEnvironmentSettings, open: openForge },
): Promise<number> {
  refuseCap(cap);
  const settings = environments.map((environment) => sources.read({ kind: "data", environment }));
  const place = sources.read({ kind: "platform" });
  const open = await openPullRequests(context, place.forge && sources.open(place.forge));
  const read = () => readWorld(context, settings, open, cap);
  const plan = planCollection(await read());
  if (!apply) {
    context.out(context.json ? json({ ...plan, collected: [] }) : planText(plan));
    return 0;
  }
  if (plan.doomed.length > 0) await confirm(context, planLines(plan));
  const collected = await collect(context, plan.doomed, read);
  const removed = collected.filter(({ what, outcome }) => what === "stack" && outcome === "removed");
  const touched = new Set(pullRequestsOf(removed.map(({ name }) => name)));
  await tellForges(context, place, touched, sources.open);
  context.out(context.json ? json({ ...plan, collected }) : collectionText(collected));
  return collected.some(({ outcome }) => outcome === "failed") ? 1 : 0;
}

function refuseCap(cap: number): void {
  if (Number.isInteger(cap) && cap >= 1 && cap <= greatestCap) return;
  const expected = `an integer from 1 to ${greatestCap}`;
  throw new Refused({ path: "--cap", got: String(cap), expected, remedy: `leave it out for ${usualCap}` });
}

/** Undefined when there is no forge, or when what it says is no reason to remove anything. */
async function openPullRequests(
  { progress }: Pick<Context, "progress">,
  forge: Pick<Forge, "openPullRequests"> | undefined,
): Promise<ReadonlySet<number> | undefined> {
  if (forge === undefined) return undefined;
  try {
    const open = trusted(await forge.openPullRequests());
    if (open === undefined)
      progress.say("gc", "the forge lists no open pull request at all, so nothing goes because of that");
    return open;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    progress.say(
      "gc",
      `the forge does not tell which pull requests are open, so nothing goes because of that: ${reason}`,
    );
    return undefined;
  }
}

async function readWorld(
  { engine, workspace, progress }: Pick<Context, "engine" | "workspace" | "progress">,
  settings: readonly Settings[],
  open: ReadonlySet<number> | undefined,
  cap: number,
): Promise<World> {
  const backend = workspace.stacks().catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    progress.say("gc", `the backend does not answer, so no stack goes: ${reason}`);
    return undefined;
  });
  const [stacks, objects, images, ledger, leases] = await Promise.all([
    backend,
    readObjects(engine),
    readImages(engine),
    readLedger(engine),
    readLeases(engine),
  ]);
  const [staging, qa, prod] = settings.map(({ policy }) => policy);
  if (staging === undefined || qa === undefined || prod === undefined)
    throw new Error("an environment has no settings");
  const policy = { staging, qa, prod };
  return { openPullRequests: open, stacks, objects, images, ledger, leases, policy, cap, now: Date.now() };
}

function json(result: ReturnType<typeof planCollection> & { readonly collected: readonly Collected[] }): string {
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
