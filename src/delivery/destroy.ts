import { listed, readObjects } from "../cluster/objects.ts";
import { liveEntry, readLedger } from "../cluster/ledger.ts";
import { type Identity, type Release, parseStackName, stackName, tryParseStackName } from "../identity.ts";
import { loadEnvironmentSettings } from "../settings/index.ts";
import { line, SettingsError } from "../settings/problem.ts";
import { isTurning } from "./admission.ts";
import { type Context } from "./context.ts";
import { Generations } from "./generations.ts";
import { leaseWaitSeconds, withLease } from "./held-lease.ts";
import { leaseOf } from "./lease.ts";
import { confirm } from "./question.ts";
import { removeStack } from "./recovery.ts";
import { Refused } from "./refused.ts";
import { tellForge } from "./report.ts";

export interface DestroyOptions {
  readonly stack: string;
  /** Also when users reach it. */
  readonly live?: boolean;
}

/** Removes one stack; its volumes stay. */
export async function destroy(context: Context, { stack, live = false }: DestroyOptions): Promise<number> {
  const identity = parseStackName(stack);
  await refuseNeeded(context, identity);
  if (!live) await refuseLive(context, identity);
  const objects = listed(await readObjects(context.engine, stack));
  const count = (kind: string) => objects.filter((object) => object.kind === kind).length;
  const plan = [
    `destroy ${stack}`,
    `  removes  ${count("service")} services, ${count("network")} networks, ${count("secret")} secrets, ${count("config")} configs`,
    `  keeps    ${count("volume")} volumes`,
  ];
  await confirm(context, plan);
  const said = await withLease(context, leaseOf(identity), leaseWaitSeconds, async (signal) => {
    // Another stack may have begun to use it, or it may have become live, while we waited.
    await refuseNeeded(context, identity);
    if (!live) await refuseLive(context, identity);
    const removed = await takeDown(context, stack, signal);
    if (identity.kind === "release")
      await (await Generations.read(context.engine, identity.environment)).bury(identity.pr);
    return removed;
  });
  if (identity.kind === "release") await tell(context, identity);
  context.out(context.json ? `${JSON.stringify({ stack, changes: said })}\n` : `${stack}: ${said}\n`);
  return 0;
}

/** What is wrong with the settings keeps nothing from being removed. */
async function tell(context: Context, identity: Release): Promise<void> {
  try {
    await tellForge(context, loadEnvironmentSettings(identity), { pr: identity.pr });
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    context.progress.say("report", `the forge was not told: ${error.problems.map(line).join("; ")}`);
  }
}

/** Removes a stack for whoever holds its lease; volumes stay. */
export function takeDown(
  { engine, workspace, progress }: Context,
  stack: string,
  signal: AbortSignal,
): Promise<string> {
  return progress.step(stack, async (say) => {
    const said = await removeStack(stack, { engine, workspace, say, signal });
    return { value: said, said };
  });
}

async function refuseLive({ engine }: Context, identity: Identity): Promise<void> {
  if (identity.kind !== "release") return;
  const { environment, pr } = identity;
  const entries = await readLedger(engine, environment);
  const live = liveEntry(entries);
  const path = `stack ${stackName(identity)}`;
  const expected = "one that nobody uses";
  if (live?.pr === pr) {
    throw new Refused({
      path,
      got: `the live release of ${environment} (generation ${live.generation})`,
      expected,
      remedy: "add --live if the environment is to have none",
    });
  }
  const turning = entries.find((entry) => entry.pr === pr && isTurning(entry));
  if (turning === undefined) return;
  const resumed = turning.verb === "rollback" ? `sgw rollback ${environment}` : `sgw promote ${environment} --pr ${pr}`;
  throw new Refused({
    path,
    got: `one that users are being led to (generation ${turning.generation}, ${turning.step})`,
    expected,
    remedy: `${resumed} ends what was interrupted; or add --live`,
  });
}

/** A stack that others borrow from goes last. */
async function refuseNeeded({ workspace }: Context, identity: Identity): Promise<void> {
  if (identity.kind === "release") return;
  const others = (await workspace.stacks()).filter(({ resourceCount = 0 }) => resourceCount > 0);
  const borrowers = others.map(({ name }) => name).filter((name) => isBorrower(tryParseStackName(name), identity));
  if (borrowers.length === 0) return;
  throw new Refused({
    path: `stack ${stackName(identity)}`,
    got: `one that ${borrowers.join(", ")} use`,
    expected: "one that no other stack uses",
    remedy: `sgw destroy ${borrowers[0] ?? ""} first`,
  });
}

function isBorrower(other: Identity | undefined, lender: Exclude<Identity, { kind: "release" }>): boolean {
  if (other === undefined || other.kind === "platform") return false;
  if (lender.kind === "platform") return true;
  if (other.kind === "data" || other.environment !== lender.environment) return false;
  return loadEnvironmentSettings(other).data === "shared";
}
