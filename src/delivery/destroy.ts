import { listed, readObjects } from "../cluster/objects.ts";
import { liveEntry, readLedger } from "../cluster/ledger.ts";
import { type Identity, parseStackName, stackName } from "../identity.ts";
import { loadEnvironmentSettings } from "../settings/index.ts";
import { wasLive } from "./admission.ts";
import { type Context } from "./context.ts";
import { Generations } from "./generations.ts";
import { confirm } from "./question.ts";
import { removeStack } from "./recovery.ts";
import { Refused } from "./refused.ts";
import { withStackLease } from "./up.ts";

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
  if (!(await confirm(context, plan))) return 0;
  const said = await withStackLease(context, identity, async (signal) => {
    // It may have become live while we waited.
    if (!live) await refuseLive(context, identity);
    const value = await context.progress.step(stack, async (say) => {
      const removed = await removeStack(stack, { engine: context.engine, workspace: context.workspace, say, signal });
      return { value: removed, said: removed };
    });
    await markDestroyed(context, identity);
    return value;
  });
  context.out(context.json ? `${JSON.stringify({ stack, changes: said })}\n` : `${stack}: ${said}\n`);
  return 0;
}

async function refuseLive({ engine }: Context, identity: Identity): Promise<void> {
  if (identity.kind !== "release") return;
  const live = liveEntry(await readLedger(engine, identity.environment));
  if (live?.pr !== identity.pr) return;
  throw new Refused({
    path: `stack ${stackName(identity)}`,
    got: `the live release of ${identity.environment} (generation ${live.generation})`,
    expected: "one that nobody uses",
    remedy: "add --live if the environment is to have none",
  });
}

/** A stack that others borrow from goes last. */
async function refuseNeeded({ workspace }: Context, identity: Identity): Promise<void> {
  if (identity.kind === "release") return;
  const others = (await workspace.stacks()).filter(({ resourceCount = 0 }) => resourceCount > 0);
  const borrowers = others.map(({ name }) => name).filter((name) => isBorrower(parseOrNothing(name), identity));
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

function parseOrNothing(name: string): Identity | undefined {
  try {
    return parseStackName(name);
  } catch {
    return undefined;
  }
}

async function markDestroyed({ engine }: Context, identity: Identity): Promise<void> {
  if (identity.kind !== "release") return;
  const generations = await Generations.read(engine, identity.environment);
  const own = generations.entries.filter(({ pr, outcome }) => pr === identity.pr && outcome !== "failed");
  for (const entry of own) {
    // What users never reached is no form to go back to.
    const fate = wasLive(entry)
      ? ({ outcome: "destroyed", step: "done" } as const)
      : ({ outcome: "failed", step: "done", reason: "destroyed by hand" } as const);
    await generations.move(entry.generation, fate);
  }
}
