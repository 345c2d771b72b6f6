import { isDeepStrictEqual } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { type Engine } from "../../src/cluster/engine.ts";
import { Generations } from "../../src/delivery/generations.ts";
import { imageOf } from "../../src/images.ts";
import { settingsFrom } from "../../src/settings/settings.ts";
import { type Progress } from "../../tools/progress.ts";
import { type Delivery, type DeliveryMeasured, type Part, parts } from "./delivery-report.ts";
import { createDeployer, type Deployer, keepFormer } from "./deployer.ts";
import { type Namespace } from "../e2e/namespace.ts";
import { type Workspace } from "./workspace.ts";

/** They take turns in PROD. */
const first = 901;
const second = 902;
/** Looks at the status before each promotion, and the pause between two of them during one, in milliseconds. */
const looks = 5;
const pauseMs = 1000;

export interface Place {
  readonly runs: number;
  readonly engine: Engine;
  readonly workspace: Workspace;
  readonly namespace: Namespace;
  readonly progress: Progress;
}

interface Bench extends Place {
  readonly sgw: Deployer;
  readonly seconds: { readonly [D in Delivery]: { readonly [P in Part]: number[] } };
  readonly status: { readonly idle: number[]; readonly busy: number[] };
}

/** Promotes and rolls back PROD, whose data tier is up. */
export async function measureDelivery(place: Place): Promise<DeliveryMeasured> {
  const { runs, engine, workspace, namespace, progress } = place;
  const sgw = createDeployer(workspace, namespace);
  const bench: Bench = {
    ...place,
    sgw,
    seconds: { promote: none(), kept: none(), redeployed: none() },
    status: { idle: [], busy: [] },
  };
  await proveInQa(engine, await applicationId(place));
  keepFormer(workspace, 0);
  await progress.step(stackOf(first), async () => {
    await sgw(...promotion(first));
    return { value: undefined, said: "is live" };
  });
  for (let turn = 1; turn <= runs; turn++) await round(bench, `${turn} of ${runs}`);
  return { seconds: bench.seconds, status: bench.status };
}

function none(): { readonly [P in Part]: number[] } {
  return Object.fromEntries(parts.map((part) => [part, []])) as unknown as { readonly [P in Part]: number[] };
}

function stackOf(pr: number): string {
  return `prod-pr-${pr}`;
}

function promotion(pr: number): string[] {
  return ["promote", "prod", "--pr", String(pr), "--revive", "--yes", "--json"];
}

const rollback = ["rollback", "prod", "--yes", "--json"];

/** What the engine calls the application's image, which never means another one. */
async function applicationId({ engine, workspace: { env } }: Place): Promise<string> {
  const nothing = () => undefined;
  const sources = { stackConfig: {}, file: undefined, environmentFile: nothing, readFile: nothing, problems: [] };
  const settings = settingsFrom({ ...sources, stack: "platform", environment: env });
  return (await engine.getImage(imageOf("daphne", settings)).inspect()).Id;
}

/** Writes both pull requests into the ledger of QA as ones that were live there. */
async function proveInQa(engine: Engine, image: string): Promise<void> {
  const generations = await Generations.read(engine, "qa");
  for (const pr of [first, second]) {
    const { generation } = await generations.open({ pr, image, verb: "promote", by: "bench", priority: 1 });
    await generations.move(generation, { outcome: "destroyed", step: "done" });
  }
}

/** Begins and ends with the first one live and alone. */
async function round(bench: Bench, turn: string): Promise<void> {
  const { workspace, sgw, status, progress } = bench;
  for (let look = 0; look < looks; look++) await lookAtStatus(bench, status.idle, false);
  await timed(bench, turn, "promote", promotion(second), [stackOf(first)]);
  await timed(bench, turn, "redeployed", rollback, [stackOf(second)]);
  keepFormer(workspace, 1);
  // Whoever looks takes some of the machine, so this one is not timed.
  await during(sgw(...promotion(second)), async () => {
    await lookAtStatus(bench, status.busy, true);
    await sleep(pauseMs);
  });
  progress.say(turn, `status: ${status.busy.length} looks during promotions so far`);
  await timed(bench, turn, "kept", rollback, []);
  keepFormer(workspace, 0);
  await sgw("destroy", stackOf(second), "--yes");
}

interface Printed {
  readonly destroyed: readonly string[];
  readonly seconds: Readonly<Record<string, number>>;
}

/** What it destroyed tells whether it was the operation that was meant. */
async function timed(
  { sgw, seconds, progress }: Bench,
  turn: string,
  delivery: Delivery,
  argv: readonly string[],
  destroyed: readonly string[],
): Promise<void> {
  const ran = await sgw(...argv);
  const printed = JSON.parse(ran.stdout) as Printed;
  if (!isDeepStrictEqual(printed.destroyed, destroyed)) {
    throw new Error(`${delivery}: destroyed ${printed.destroyed.join(", ")}, expected ${destroyed.join(", ")}`);
  }
  const all: Readonly<Record<string, number>> = { ...printed.seconds, command: ran.seconds };
  for (const part of parts) {
    const value = all[part];
    if (value === undefined) throw new Error(`${delivery}: sgw does not say how long ${part} took`);
    seconds[delivery][part].push(value);
  }
  progress.say(turn, `${delivery}: ${ran.seconds.toFixed(1)} s`);
}

/** Counts only where the status itself says whether somebody deploys. */
async function lookAtStatus({ sgw }: Bench, into: number[], isBusy: boolean): Promise<void> {
  const { stdout, seconds } = await sgw("status", "--json");
  const { leases } = JSON.parse(stdout) as { leases: readonly unknown[] };
  if (leases.length > 0 === isBusy) into.push(seconds);
}

/** Does something again and again until the work is done. */
async function during<T>(work: Promise<T>, again: () => Promise<void>): Promise<T> {
  const state = { isOver: false };
  const end = work.finally(() => {
    state.isOver = true;
  });
  // It is waited for below, after the last look.
  end.catch(() => undefined);
  while (!state.isOver) await again();
  return end;
}
