import { readLedger } from "../cluster/ledger.ts";
import { type Identity, parseStackName } from "../identity.ts";
import { admit } from "./admission.ts";
import { type Context } from "./context.ts";
import { HeldLease, type Leased } from "./lease.ts";
import { leaseWaitSeconds } from "./promotion.ts";
import { repair } from "./recovery.ts";

/** Who else changes the stack at the same time is kept away by this lease. */
export function leaseOf(identity: Identity): Leased {
  return identity.kind === "platform" ? "platform" : identity.environment;
}

/** Brings one stack up as it is to be; what an interrupted update left is mended first. */
export async function up(context: Context, { stack }: { readonly stack: string }): Promise<number> {
  const identity = parseStackName(stack);
  if (identity.kind === "release") {
    const entries = await readLedger(context.engine, identity.environment);
    const isThere = entries.some(({ pr, outcome }) => pr === identity.pr && outcome !== "failed");
    // Its first deployment may be a plain one; what was taken away stays away.
    if (isThere) refuseDestroyed(entries, identity);
  }
  const said = await withStackLease(context, identity, (signal) =>
    context.progress.step(stack, async (say) => {
      await repair(stack, { engine: context.engine, workspace: context.workspace, say, signal });
      const value = await context.workspace.up(stack, { say, signal });
      return { value, said: value };
    }),
  );
  context.out(context.json ? `${JSON.stringify({ stack, changes: said })}\n` : `${stack}: ${said}\n`);
  return 0;
}

function refuseDestroyed(
  entries: Parameters<typeof admit>[0],
  { environment, pr }: Extract<Identity, { kind: "release" }>,
) {
  const own = entries.filter((entry) => entry.pr === pr);
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
