import { setTimeout as sleep } from "node:timers/promises";
import { type Engine } from "../src/cluster/engine.ts";
import { ledgerLabel } from "../src/cluster/ledger.ts";
import { type Context } from "../src/delivery/context.ts";
import { takeDown } from "../src/delivery/destroy.ts";
import { leaseWaitSeconds, withLease } from "../src/delivery/held-lease.ts";
import { label as leaseLabel, leaseOf } from "../src/delivery/lease.ts";
import { parseStackName } from "../src/identity.ts";
import { openContext } from "./context.ts";
import { must, run } from "./command.ts";
import { ensureEngine } from "./docker.ts";
import { type Environment, loadEnvironment } from "./environment.ts";
import { createProgress } from "./progress.ts";
import { Refusal } from "./refusal.ts";
import { script } from "./script.ts";
import { ensureToolchain, environmentOf } from "./toolchain.ts";

const usage = `usage: npm stop [-- --data] [--prod] [--prod-data]

Removes every stack: releases first, then the data tiers, then the platform. Data volumes stay.

  --data        removes the data volumes too, and what is remembered of deliveries; but never those of prod
  --prod        stops prod stacks too; without it, nothing is removed while there is one
  --prod-data   with --data: those of prod as well
`;

type Kind = "release" | "data" | "platform";

function kindOf(stack: string): Kind {
  if (stack === "platform") return "platform";
  return stack.endsWith("-data") ? "data" : "release";
}

export function isProd(stack: string): boolean {
  return stack.startsWith("prod-");
}

/** In which order stacks go: who borrows goes before who lends; those of one group go together. */
export function teardownOrder(stacks: readonly string[]): string[][] {
  const kinds: readonly Kind[] = ["release", "data", "platform"];
  return kinds.map((kind) => stacks.filter((stack) => kindOf(stack) === kind)).filter((group) => group.length > 0);
}

export interface LabelledVolume {
  readonly name: string;
  readonly stack: string;
}

/** Which of our volumes to remove. */
export function doomedVolumes(volumes: readonly LabelledVolume[], withProd: boolean): string[] {
  return volumes.filter(({ stack }) => withProd || !isProd(stack)).map(({ name }) => name);
}

async function listVolumes(env: Environment): Promise<LabelledVolume[]> {
  const format = '{{.Name}}\t{{.Label "studygiveway.stack"}}';
  const argv = ["docker", "volume", "ls", "--filter", "label=studygiveway.stack", "--format", format];
  const lines = (await must(argv, { env, timeoutSeconds: 30 })).split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [name = "", stack = ""] = line.split("\t");
    return { name, stack };
  });
}

/** Swarm lets go of containers a little after their service is gone. */
async function awaitContainersGone(stack: string, env: Environment): Promise<void> {
  const argv = ["docker", "ps", "-aq", "--filter", `label=studygiveway.stack=${stack}`];
  const deadline = Date.now() + 90_000;
  for (;;) {
    const left = (await must(argv, { env, timeoutSeconds: 30 })).split("\n").filter((line) => line !== "");
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Refusal(`containers of ${stack} are still there`, `see: docker ps -a`);
    await sleep(500);
  }
}

async function removeVolumes(names: readonly string[], env: Environment): Promise<void> {
  const deadline = Date.now() + 60_000;
  let left = [...names];
  while (left.length > 0) {
    const { stderr } = await run(["docker", "volume", "rm", ...left], { env, timeoutSeconds: 120 });
    const present = new Set((await listVolumes(env)).map(({ name }) => name));
    left = left.filter((name) => present.has(name));
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Refusal(`volumes are still in use: ${left.join(", ")}`, stderr);
    await sleep(1000);
  }
}

/** What the Swarm remembers of deliveries, for the environments whose data goes too. */
async function removeRecords(engine: Engine, withProd: boolean): Promise<number> {
  const found = await Promise.all(
    [ledgerLabel, leaseLabel].map(async (label) => {
      const configs = await engine.listConfigs({ filters: { label: [label] } });
      return configs.filter(({ Spec }) => withProd || Spec?.Labels[label] !== "prod");
    }),
  );
  await Promise.all(found.flat().map(({ ID }) => engine.getConfig(ID).remove()));
  return found.flat().length;
}

const flags = { data: { type: "boolean" }, prod: { type: "boolean" }, "prod-data": { type: "boolean" } } as const;

if (import.meta.main) {
  script(usage, flags, async ({ data = false, prod = false, "prod-data": prodData = false }, interrupted) => {
    if (prodData && !data) throw new Refusal("--prod-data alone means nothing", "give --data with it");
    const progress = createProgress();
    const loaded = loadEnvironment();
    const [toolchain] = await Promise.all([
      ensureToolchain(loaded, (text) => {
        progress.say("toolchain", text);
      }),
      ensureEngine(loaded, (text) => {
        progress.say("docker", text);
      }),
    ]);
    const env = environmentOf(toolchain, loaded);
    const context = openContext({ env, json: false, yes: true, progress, interrupted }, () => Promise.resolve(env));
    const stacks = (await context.workspace.stacks()).map(({ name }) => name);
    const live = stacks.filter(isProd);
    if (live.length > 0 && !prod)
      throw new Refusal(`prod runs here (${live.join(", ")})`, "say --prod to stop it as well");
    for (const group of teardownOrder(stacks)) await Promise.all(group.map((stack) => takeDownLeased(context, stack)));
    await Promise.all(stacks.map((stack) => awaitContainersGone(stack, env)));
    if (stacks.length === 0) progress.say("stacks", "none is there");
    const volumes = await listVolumes(env);
    const doomed = data ? doomedVolumes(volumes, prodData) : [];
    await removeVolumes(doomed, env);
    const records = data ? await removeRecords(context.engine, prodData) : 0;
    const left = volumes.length - doomed.length;
    const more = left > 0 && !data ? " (npm stop -- --data removes them)" : "";
    progress.say(
      "data",
      `${doomed.length} volumes and ${records} delivery records removed, ${left} volumes left${more}`,
    );
    return 0;
  });
}

function takeDownLeased(context: Context, stack: string): Promise<string> {
  return withLease(context, leaseOf(parseStackName(stack)), leaseWaitSeconds, (signal) =>
    takeDown(context, stack, signal),
  );
}
