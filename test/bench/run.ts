import { rmSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { openEngine, type Engine } from "../../src/cluster/engine.ts";
import { must } from "../../tools/command.ts";
import { cacheFolder, type Environment, root } from "../../tools/environment.ts";
import { chooseSource, ensureImages } from "../../tools/images.ts";
import { createProgress, type Progress } from "../../tools/progress.ts";
import { Refusal } from "../../tools/refusal.ts";
import { script } from "../../tools/script.ts";
import { ensureToolchain, environmentOf as toolsOf } from "../../tools/toolchain.ts";
import { type Daemon, environmentOf, startDaemon } from "../e2e/daemon.ts";
import { composeContender, pulumiContender, stackContender } from "./contenders.ts";
import { gone } from "./containers.ts";
import { measureDelivery } from "./delivery.ts";
import { type DeliveryMeasured, deliveryNotes, deliveryTable, statusTable } from "./delivery-report.ts";
import { measure } from "./measurement.ts";
import { readRelease, type Release } from "./release.ts";
import { budgets, budgetTable, comparison, type Measured, milestones, services } from "./report.ts";
import { createWorkspace, pulumi, type Workspace } from "./workspace.ts";

const usage = `usage: npm run bench [-- --runs N] [--only PART] [--json] [--name NAME]

releases: brings up one release, with its data tier, by three ways in turn, each from nothing to all healthy, and says how
long each took: \`pulumi up\`, and \`docker compose up --wait\` and \`docker stack deploy --detach=false\` with files made
from what the first one left in the Swarm.

delivery: promotes two pull requests to PROD in turn and rolls back, once to a release that was kept and once to one that is
deployed anew, and says how long each step took; how long \`sgw status\` takes, with and without a promotion beside it.

It runs in a Docker Engine of its own, needs root, and removes all but the images.

  --runs N      runs of each, the median counts (default 3)
  --only PART   releases or delivery (default: both, one after the other)
  --json        prints everything measured as JSON instead of the tables
  --name NAME   the test daemon to use; its images stay from run to run (default "test", that of the other tests)
`;

const stack = "staging-pr-900";

/** What differs between the ways for reasons of the tools. */
const notes = [
  "The platform is up before. Compose cannot join its networks, so it gets empty ones in their place, and its application",
  "has no Elasticsearch and no Logstash; nothing waits for these. A stack file has no word for the mode of a tmpfs.",
  "`pulumi up` is started with --skip-preview, after `pulumi stack init`, which is not in its time.",
];

/** What is measured. */
const parts = ["releases", "delivery"] as const;
type Part = (typeof parts)[number];

interface Options {
  readonly name: string;
  readonly runs: number;
  readonly only: Part | undefined;
}

interface Place {
  readonly workspace: Workspace;
  readonly daemon: Daemon;
  readonly engine: Engine;
}

async function prepare(name: string, { step }: Progress): Promise<Place> {
  const toolchain = await step("pulumi", async (say) => {
    const value = await ensureToolchain(process.env, say);
    return { value, said: value.origin };
  });
  const daemon = await step("docker", async () => {
    const value = await startDaemon(name);
    return { value, said: `a Docker Engine of its own, ${value.host}` };
  });
  const base: Environment = environmentOf(daemon, toolsOf(toolchain, process.env));
  const source = await step("images", async (say) => {
    const value = await chooseSource(base, say);
    return { value, said: `${await ensureImages(value, base, say)} ${value} images are there` };
  });
  const workspace = await createWorkspace({ ...base, IMAGES: source });
  process.on("exit", () => {
    rmSync(workspace.folder, { recursive: true, force: true });
  });
  return { workspace, daemon, engine: openEngine(daemon.host) };
}

function ensureCompose({ step }: Progress): Promise<string> {
  return step("compose", async (say) => {
    const folder = join(cacheFolder(), "compose");
    const build = ["bash", join(root, "tools", "compose", "build.sh"), folder];
    await must(build, { timeoutSeconds: 1800, onLine: say });
    return { value: join(folder, "docker-compose"), said: "Docker Compose is there" };
  });
}

async function bringUp(name: string, workspace: Workspace, { step }: Progress): Promise<void> {
  await step(name, async () => {
    await pulumi(workspace, "stack", "init", name);
    await pulumi(workspace, "up", "--skip-preview", "--yes", "--stack", name);
    return { value: undefined, said: "is up" };
  });
}

/** Deploys a release once, so that the others can be told the same. It also warms up what is read from disk. */
async function firstRelease({ workspace, engine }: Place, progress: Progress): Promise<Release> {
  await bringUp(stack, workspace, progress);
  const state = await pulumi(workspace, "stack", "export", "--show-secrets", "--stack", stack);
  const release = await readRelease(engine, stack, state);
  await pulumi(workspace, "destroy", "--skip-preview", "--yes", "--stack", stack);
  await gone(engine, stack, 120);
  await pulumiContender(workspace, stack).clean();
  return release;
}

async function benchReleases(place: Place, runs: number, progress: Progress): Promise<Measured[]> {
  const { workspace, engine } = place;
  const compose = await ensureCompose(progress);
  const release = await firstRelease(place, progress);
  const contenders = [
    pulumiContender(workspace, stack),
    composeContender(release, compose, workspace),
    stackContender(release, workspace),
  ];
  return measure(contenders, { runs, engine, stack, count: release.services.length, env: workspace.env, progress });
}

async function benchDelivery(place: Place, runs: number, progress: Progress): Promise<DeliveryMeasured> {
  const { workspace, daemon, engine } = place;
  await bringUp("prod-data", workspace, progress);
  return measureDelivery({ workspace, namespace: daemon.namespace, engine, runs, progress });
}

async function bench({ name, runs, only }: Options, progress: Progress): Promise<Results> {
  const place = await prepare(name, progress);
  await bringUp("platform", place.workspace, progress);
  return {
    measured: only === "delivery" ? undefined : await benchReleases(place, runs, progress),
    delivery: only === "releases" ? undefined : await benchDelivery(place, runs, progress),
  };
}

interface Results {
  readonly measured: readonly Measured[] | undefined;
  readonly delivery: DeliveryMeasured | undefined;
}

function print({ measured, delivery }: Results, asJson: boolean): void {
  const [ours, compose, swarm] = measured ?? [];
  const aims = ours && compose && swarm && budgets(ours, compose, swarm);
  const machine = { processors: cpus().length, load: loadavg()[0] };
  const told = [...(measured ? notes : []), ...(delivery ? deliveryNotes : [])];
  if (asJson) {
    const all = { machine, measured, budgets: aims, delivery, notes: told };
    process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`);
    return;
  }
  const tables = [
    ...(measured ? [comparison(measured)] : []),
    ...(delivery ? [deliveryTable(delivery), statusTable(delivery)] : []),
    ...(measured && ours && aims ? [budgetTable(aims), milestones(measured), services(ours)] : []),
  ];
  const load = `${machine.processors} processors, load ${machine.load?.toFixed(1) ?? "?"} at the end.`;
  process.stdout.write(`\n${[...tables, [...told, load].join("\n")].join("\n\n")}\n`);
}

function optionsOf({ runs = "3", only, name = "test" }: { readonly [F in keyof typeof flags]?: string }): Options {
  const count = Number(runs);
  if (!Number.isInteger(count) || count < 1) {
    throw new Refusal(`--runs: got ${JSON.stringify(runs)}, expected a whole number above 0`, "leave it out for 3");
  }
  const part = parts.find((known) => known === only);
  if (only !== undefined && part === undefined) {
    throw new Refusal(
      `--only: got ${JSON.stringify(only)}, expected ${parts.join(" or ")}`,
      "leave it out to measure both",
    );
  }
  return { name, runs: count, only: part };
}

const flags = { runs: { type: "string" }, only: { type: "string" }, name: { type: "string" } } as const;

script(usage, { ...flags, json: { type: "boolean" } }, async ({ json, ...values }) => {
  print(await bench(optionsOf(values), createProgress()), json === true);
  return 0;
});
