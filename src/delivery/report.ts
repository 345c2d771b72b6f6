import { readLedger } from "../cluster/ledger.ts";
import { type Environment, parseStackName } from "../identity.ts";
import { type ForgeSettings, loadEnvironmentSettings, type Settings } from "../settings/index.ts";
import { type Context } from "./context.ts";
import { announce, type News } from "./forge/announce.ts";
import { type Forge, openForge } from "./forge/forge.ts";
import { stationsOf } from "./forge/stations.ts";
import { type MergedCommit, resolvePullRequest } from "./pull-request.ts";

export interface ReportOptions extends MergedCommit {
  /** Without it, the one that the commit merged. */
  readonly pr?: number | undefined;
  /** Statuses and deployments of this one only. Default: of all. */
  readonly environment?: Environment | undefined;
  /** How the pipeline stands. */
  readonly state?: "pending" | "success" | "failure" | undefined;
  /** The pipeline's page. */
  readonly url?: string | undefined;
}

type Place = Pick<Settings, "domain" | "ports" | "forge">;
type Listener = Pick<Context, "engine" | "progress">;
type Open = (settings: ForgeSettings) => Forge;

/** `sgw report`: tells the forge how far a pull request has come, as the ledger has it. */
export async function report(
  context: Pick<Context, "engine" | "progress" | "json" | "out">,
  options: ReportOptions,
  settings: Place = loadEnvironmentSettings({ kind: "platform" }),
  open: Open = openForge,
): Promise<number> {
  if (settings.forge === undefined) {
    context.progress.say("report", "FORGE is not set, so there is nobody to tell");
    return told(context, options.pr, [], []);
  }
  const pr = options.pr ?? (await resolvePullRequest(options, settings.forge, open));
  if (pr === undefined) {
    context.progress.say(
      "report",
      `commit ${options.commit ?? ""} merged no pull request, so there is nothing to tell`,
    );
    return told(context, pr, [], []);
  }
  const { environment, commit: sha, state: pipeline, url: pipelineUrl } = options;
  const { news, faults } = await tellForge(context, settings, { pr, environment, sha, pipeline, pipelineUrl }, open);
  return told(context, pr, news.stations, faults);
}

function told(
  { json, out }: Pick<Context, "json" | "out">,
  pr: number | undefined,
  stations: News["stations"],
  faults: readonly Error[],
): number {
  const said = { pr: pr ?? null, stations, faults: faults.map(({ message }) => message) };
  if (json) out(`${JSON.stringify(said, undefined, 2)}\n`);
  return faults.length === 0 ? 0 : 1;
}

/** The pull requests that have a release among these stacks. */
export function pullRequestsOf(stacks: readonly string[]): number[] {
  const identities = stacks.map((stack) => parseStackName(stack));
  return identities.flatMap((identity) => (identity.kind === "release" ? [identity.pr] : []));
}

/** Tells the forge how far each of these pull requests has come. */
export async function tellForges(
  listener: Listener,
  settings: Place,
  numbers: ReadonlySet<number>,
  open: Open = openForge,
): Promise<void> {
  for (const pr of numbers) await tellForge(listener, settings, { pr }, open);
}

/**
 * For the verbs that deploy: tells the forge, if there is one, how far a pull request has come. Never throws; what could
 * not be told is said on stderr.
 */
export async function tellForge(
  { engine, progress }: Listener,
  settings: Place,
  about: Omit<News, "stations">,
  open: Open = openForge,
): Promise<{ readonly news: News; readonly faults: readonly Error[] }> {
  let news: News = { ...about, stations: [] };
  if (settings.forge === undefined) return { news, faults: [] };
  let faults: readonly Error[];
  try {
    news = { ...about, stations: stationsOf(await readLedger(engine), about.pr, settings) };
    faults = await announce(open(settings.forge), news);
  } catch (error) {
    faults = [error instanceof Error ? error : new Error(String(error))];
  }
  for (const { message } of faults) progress.say("report", message);
  if (faults.length === 0) progress.say("report", `pull request ${about.pr}: the forge knows`);
  return { news, faults };
}
