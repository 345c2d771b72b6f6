import { setTimeout as sleep } from "node:timers/promises";
import { readLedger } from "../src/cluster/ledger.ts";
import { listed, readObjects } from "../src/cluster/objects.ts";
import { type Context } from "../src/delivery/context.ts";
import { takeDown } from "../src/delivery/destroy.ts";
import { leaseWaitSeconds, withLease } from "../src/delivery/held-lease.ts";
import { leaseOf } from "../src/delivery/lease.ts";
import { dropLease, forget } from "../src/delivery/forget.ts";
import { environments, parseStackName, tryParseStackName } from "../src/identity.ts";
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

  --data        removes the data volumes too, and what is remembered of deliveries; but never those of prod, nor those
                of the platform, which hold its search indices, while there are any of prod or deliveries to it
  --prod        stops prod stacks too; without it, nothing is removed while there is one
  --prod-data   with --data: those of prod as well

Exit code: 0 when done, 1 when something failed or prod was in the way, 2 for a wrong command line.
`;

type Kind = "release" | "data" | "platform";

function kindOf(stack: string): Kind {
  if (stack === "platform") return "platform";
  return stack.endsWith("-data") ? "data" : "release";
}

function isProd(stack: string): boolean {
  return stack.startsWith("prod-");
}

/** In which order stacks go: who borrows goes before who lends; those of one kind go together. */
const kinds: readonly Kind[] = ["release", "data", "platform"];

interface LabelledVolume {
  readonly name: string;
  readonly stack: string;
}

/**
 * Which of our volumes on this node to remove. The platform's hold the search indices of PROD where PROD has data, here or,
 * as what is remembered of its deliveries says, on another node.
 */
export function doomedVolumes(volumes: readonly LabelledVolume[], withProd: boolean, wasDelivered: boolean): string[] {
  const hasProd = wasDelivered || volumes.some(({ stack }) => isProd(stack));
  const isKept = (stack: string) => !withProd && hasProd && (isProd(stack) || stack === "platform");
  return volumes.filter(({ stack }) => !isKept(stack)).map(({ name }) => name);
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

/** What is there, by the backend or by the Swarm; either may have lost what the other still knows. */
async function listStacks({ workspace, engine }: Context): Promise<string[]> {
  const known = (await workspace.stacks()).map(({ name }) => name);
  const { Swarm } = (await engine.info()) as { Swarm: { LocalNodeState: string } };
  const objects = Swarm.LocalNodeState === "active" ? listed(await readObjects(engine)) : [];
  const there = objects.filter(({ kind }) => kind !== "volume").map(({ stack }) => stack);
  return [...new Set([...known, ...there])].filter((stack) => tryParseStackName(stack) !== undefined).sort();
}

/** Takes every stack down, kind after kind; what is deployed meanwhile is not left without what it stands on. */
async function takeDownAll(context: Context): Promise<string[]> {
  const gone: string[] = [];
  for (const kind of kinds) {
    const stacks = await listStacks(context);
    const late = stacks.filter((stack) => kinds.indexOf(kindOf(stack)) < kinds.indexOf(kind));
    if (late.length > 0) throw new Refusal(`${late.join(", ")} came up meanwhile`, "run npm stop again");
    const group = stacks.filter((stack) => kindOf(stack) === kind);
    const ended = await Promise.allSettled(group.map((stack) => takeDownLeased(context, stack)));
    // The others have ended, too, before one that failed is told.
    for (const one of ended) if (one.status === "rejected") throw one.reason;
    gone.push(...group);
  }
  return gone;
}

function takeDownLeased(context: Context, stack: string): Promise<string> {
  return withLease(context, leaseOf(parseStackName(stack)), leaseWaitSeconds, (signal) =>
    takeDown(context, stack, signal),
  );
}

/** What the Swarm remembers of deliveries goes with the data they were about. */
async function forgetAll(context: Context, withProd: boolean): Promise<number> {
  const doomed = environments.filter((environment) => withProd || environment !== "prod");
  const counts = await Promise.all(doomed.map((environment) => forget(context, environment)));
  await dropLease(context, "platform");
  if (!withProd) await dropLease(context, "prod");
  return counts.reduce((sum, count) => sum + count, 0);
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
    const live = (await listStacks(context)).filter(isProd);
    if (live.length > 0 && !prod)
      throw new Refusal(`prod runs here (${live.join(", ")})`, "say --prod to stop it as well");
    const stacks = await takeDownAll(context);
    await Promise.all(stacks.map((stack) => awaitContainersGone(stack, env)));
    if (stacks.length === 0) progress.say("stacks", "none is there");
    const volumes = await listVolumes(env);
    const wasDelivered = data && (await readLedger(context.engine, "prod")).length > 0;
    const doomed = data ? doomedVolumes(volumes, prodData, wasDelivered) : [];
    await removeVolumes(doomed, env);
    const forgotten = data ? await forgetAll(context, prodData) : 0;
    const left = volumes.length - doomed.length;
    const more = left > 0 && !data ? " (npm stop -- --data removes them)" : "";
    progress.say("data", `${doomed.length} volumes removed, ${left} left${more}; ${forgotten} deliveries forgotten`);
    return 0;
  });
}
