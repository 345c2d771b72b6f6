import { type Engine } from "../cluster/engine.ts";
import { readRecords } from "../cluster/ledger.ts";
import { type Environment } from "../identity.ts";
import { type Context } from "./context.ts";
import { leaseWaitSeconds, withLease } from "./held-lease.ts";
import { find, type Leased, readLease } from "./lease.ts";

/** Forgets every delivery of an environment, as if nothing had ever been promoted there. Gives how many there were. */
export async function forget(context: Context, environment: Environment): Promise<number> {
  const { engine } = context;
  return withLease(context, environment, leaseWaitSeconds, async () => {
    const records = await readRecords(engine, environment);
    await Promise.all(records.map(({ id }) => engine.getConfig(id).remove()));
    await removeRecord(engine, environment);
    return records.length;
  });
}

/** Removes the record of a lease that nobody holds; the next to want it makes it anew. */
export async function dropLease(context: Context, leased: Leased): Promise<void> {
  const { engine } = context;
  const found = await readLease(engine, leased);
  if (found === undefined || found.lease !== undefined) return;
  await withLease(context, leased, leaseWaitSeconds, () => removeRecord(engine, leased));
}

/** For whoever holds the lease: else it could be one that somebody has just taken. */
async function removeRecord(engine: Engine, leased: Leased): Promise<void> {
  const stored = await find(engine, leased);
  if (stored !== undefined) await engine.getConfig(stored.id).remove();
}
