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
import { environmentOf, startDaemon } from "../e2e/daemon.ts";
import { composeContender, pulumiContender, stackContender } from "./contenders.ts";
import { gone } from "./containers.ts";
import { measure } from "./measurement.ts";
import { readRelease, type Release } from "./release.ts";
import { budgets, budgetTable, comparison, type Measured, milestones, services } from "./report.ts";
import { createWorkspace, pulumi, type Workspace } from "./workspace.ts";

const usage = `usage: npm run bench [-- --runs N] [--json] [--name NAME]

Brings up one release, with its data tier, by three ways in turn, each from nothing to all healthy, and says how long each
took: \`pulumi up\`, and \`docker compose up --wait\` and \`docker stack deploy --detach=false\` with files made from what the
first one left in the Swarm. It runs in a Docker Engine of its own, needs root, and removes all but the images.

  --runs N      runs of each, the median counts (default 3)
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

async function prepare(name: string, { step }: Progress): Promise<{ workspace: Workspace; compose: string }> {
  const toolchain = await step("pulumi", async (say) => {
    const value = await ensureToolchain(process.env, say);
    return { value, said: value.origin };
  });
  const compose = await step("compose", async (say) => {
    const folder = join(cacheFolder(), "compose");
    const build = ["bash", join(root, "tools", "compose", "build.sh"), folder];
    await must(build, { timeoutSeconds: 1800, onLine: say });
    return { value: join(folder, "docker-compose"), said: "Docker Compose is there" };
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
  return { workspace, compose };
}

/** Deploys a release once, so that the others can be told the same. It also warms up what is read from disk. */
async function firstRelease(workspace: Workspace, engine: Engine, { step }: Progress): Promise<Release> {
  for (const name of ["platform", stack]) {
    await step(name, async () => {
      await pulumi(workspace, "stack", "init", name);
      await pulumi(workspace, "up", "--skip-preview", "--yes", "--stack", name);
      return { value: undefined, said: "is up" };
    });
  }
  const state = await pulumi(workspace, "stack", "export", "--show-secrets", "--stack", stack);
  const release = await readRelease(engine, stack, state);
  await pulumi(workspace, "destroy", "--skip-preview", "--yes", "--stack", stack);
  await gone(engine, stack, 120);
  await pulumiContender(workspace, stack).clean();
  return release;
}

async function bench(name: string, runs: number, progress: Progress): Promise<Measured[]> {
  const { workspace, compose } = await prepare(name, progress);
  const engine = openEngine(workspace.env["DOCKER_HOST"] ?? "");
  const release = await firstRelease(workspace, engine, progress);
  const contenders = [
    pulumiContender(workspace, stack),
    composeContender(release, compose, workspace),
    stackContender(release, workspace),
  ];
  return measure(contenders, { runs, engine, stack, count: release.services.length, env: workspace.env, progress });
}

function print(all: readonly Measured[], asJson: boolean): void {
  const [ours, compose, swarm] = all;
  if (ours === undefined || compose === undefined || swarm === undefined) return;
  const aims = budgets(ours, compose, swarm);
  const machine = { processors: cpus().length, load: loadavg()[0] };
  if (asJson) {
    process.stdout.write(`${JSON.stringify({ machine, measured: all, budgets: aims, notes }, undefined, 2)}\n`);
    return;
  }
  const parts = [
    comparison(all),
    budgetTable(aims),
    milestones(all),
    services(ours),
    [...notes, `${machine.processors} processors, load ${machine.load?.toFixed(1) ?? "?"} at the end.`].join("\n"),
  ];
  process.stdout.write(`\n${parts.join("\n\n")}\n`);
}

script(usage, { runs: { type: "string" }, json: { type: "boolean" }, name: { type: "string" } }, async (values) => {
  const runs = Number(values.runs ?? "3");
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Refusal(
      `--runs: got ${JSON.stringify(values.runs)}, expected a whole number above 0`,
      "leave it out for 3",
    );
  }
  print(await bench(values.name ?? "test", runs, createProgress()), values.json === true);
  return 0;
});
