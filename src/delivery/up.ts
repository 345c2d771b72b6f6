import { readLedger } from "../cluster/ledger.ts";
import { type Identity, parseStackName } from "../identity.ts";
import { admit } from "./admission.ts";
import { type Context } from "./context.ts";
import { leaseWaitSeconds, withLease } from "./held-lease.ts";
import { leaseOf } from "./lease.ts";
import { foretell } from "./preview.ts";
import { previewText } from "./preview/text.ts";
import { confirm, refuseUnasked } from "./question.ts";
import { repair } from "./recovery.ts";

/** Brings one stack up as it is to be. */
export async function up(context: Context, { stack }: { readonly stack: string }): Promise<number> {
  const identity = parseStackName(stack);
  await refuseDestroyed(context, identity);
  refuseUnasked(context);
  await confirm(context, await plan(context, stack));
  const said = await withLease(context, leaseOf(identity), leaseWaitSeconds, async (signal) => {
    // It may have been destroyed while we waited.
    await refuseDestroyed(context, identity);
    return bringUp(context, stack, signal);
  });
  context.out(context.json ? `${JSON.stringify({ stack, changes: said })}\n` : `${stack}: ${said}\n`);
  return 0;
}

/** A machine that says --yes does not read it. */
async function plan(context: Context, stack: string): Promise<string[]> {
  const title = `up ${stack}`;
  return context.yes ? [title] : [title, previewText(await foretell(context, stack)).trimEnd()];
}

/** Brings a stack up for whoever holds its lease; what an interrupted update left is mended first. */
export function bringUp({ engine, workspace, progress }: Context, stack: string, signal: AbortSignal): Promise<string> {
  return progress.step(stack, async (say) => {
    await repair(stack, { engine, workspace, say, signal });
    const said = await workspace.up(stack, { say, signal });
    return { value: said, said };
  });
}

/** What was taken away stays away; the first deployment of a release may be a plain one. */
export async function refuseDestroyed({ engine }: Pick<Context, "engine">, identity: Identity): Promise<void> {
  if (identity.kind !== "release") return;
  const { environment, pr } = identity;
  const own = (await readLedger(engine, environment)).filter((entry) => entry.pr === pr);
  admit(own, environment, pr, false);
}
