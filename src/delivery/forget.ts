import { type Engine } from "../cluster/engine.ts";
import { readRecords } from "../cluster/ledger.ts";
import { type Environment } from "../identity.ts";
import { type Context } from "./context.ts";
import { leaseWaitSeconds, withLease } from "./held-lease.ts";
import { type Leased, readLease } from "./lease.ts";

/** Forgets every delivery of an environment, as if nothing had ever been promoted there. Gives how many there were. */
export async function forget(context: Context, environment: Environment): Promise<number> {
  const { engine } = context;
  const count = await withLease(context, environment, leaseWaitSeconds, async () => {
    const records = await readRecords(engine, environment);
    await Promise.all(records.map(({ id }) => engine.getConfig(id).remove()));
    return records.length;
  });
  await dropLease(engine, environment);
  return count;
}

/** Removes the record of a lease that nobody holds; the next to want it makes it anew. */
export async function dropLease(engine: Engine, leased: Leased): Promise<void> {
  const found = await readLease(engine, leased);
  if (found !== undefined && found.lease === undefined) await engine.getConfig(found.stored.id).remove();
}
