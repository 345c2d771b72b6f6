import { readLedger } from "../cluster/ledger.ts";
import { type Identity, parseStackName } from "../identity.ts";
import { admit } from "./admission.ts";
import { type Context } from "./context.ts";
import { HeldLease } from "./held-lease.ts";
import { type Leased } from "./lease.ts";
import { leaseWaitSeconds } from "./promotion.ts";
import { repair } from "./recovery.ts";

/** Who else changes the stack at the same time is kept away by this lease. */
export function leaseOf(identity: Identity): Leased {
  return identity.kind === "platform" ? "platform" : identity.environment;
}

/** Brings one stack up as it is to be; what an interrupted update left is mended first. */
export async function up(context: Context, { stack }: { readonly stack: string }): Promise<number> {
  const identity = parseStackName(stack);
  await refuseDestroyed(context, identity);
  const said = await withStackLease(context, identity, async (signal) => {
    // It may have been destroyed while we waited.
    await refuseDestroyed(context, identity);
    return context.progress.step(stack, async (say) => {
      await repair(stack, { engine: context.engine, workspace: context.workspace, say, signal });
      const value = await context.workspace.up(stack, { say, signal });
      return { value, said: value };
    });
  });
  context.out(context.json ? `${JSON.stringify({ stack, changes: said })}\n` : `${stack}: ${said}\n`);
  return 0;
}

/** What was taken away stays away; the first deployment of a release may be a plain one. */
async function refuseDestroyed({ engine }: Context, identity: Identity): Promise<void> {
  if (identity.kind !== "release") return;
  const { environment, pr } = identity;
  const own = (await readLedger(engine, environment)).filter((entry) => entry.pr === pr);
  admit(own, environment, pr, false);
}

/** Runs with the lease that keeps other deployers away from a stack. */
export async function withStackLease<T>(
  context: Context,
  identity: Identity,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lease = await HeldLease.take(context.engine, leaseOf(identity), context.holder, {
    waitSeconds: leaseWaitSeconds,
    signal: context.interrupted,
    say: (text) => {
      context.progress.say("lease", text);
    },
  });
  try {
    return await work(AbortSignal.any([lease.lost, context.interrupted]));
  } finally {
    await lease.release();
  }
}
