import { parseStackName } from "../../identity.ts";
import { type Context } from "../context.ts";
import { takeDown } from "../destroy.ts";
import { Generations } from "../generations.ts";
import { leaseWaitSeconds, withLease } from "../held-lease.ts";
import { leaseOf } from "../lease.ts";
import { planCollection } from "./plan.ts";
import { type Item, type World } from "./world.ts";

/** What became of one item. */
export interface Collected extends Item {
  readonly outcome: "removed" | "kept" | "failed";
}

/** Reads the world anew, as another deployer may have changed it meanwhile. */
type ReadWorld = () => Promise<World>;

/** Removes what is doomed, one after the other; what fails does not keep the rest from going. */
export async function collect(context: Context, doomed: readonly Item[], read: ReadWorld): Promise<Collected[]> {
  const collected: Collected[] = [];
  for (const item of doomed) {
    context.interrupted.throwIfAborted();
    try {
      const reason =
        item.what === "stack" ? await removeRelease(context, item, read) : await removeImage(context, item);
      collected.push({
        ...item,
        outcome: reason === undefined ? "removed" : "kept",
        ...(reason !== undefined && { reason }),
      });
    } catch (error) {
      context.interrupted.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      context.progress.say("gc", `${item.name}: ${reason}`);
      collected.push({ ...item, outcome: "failed", reason });
    }
  }
  return collected;
}

/** Gives the reason why it is kept after all. */
async function removeRelease(context: Context, { name }: Item, read: ReadWorld): Promise<string | undefined> {
  const identity = parseStackName(name);
  if (identity.kind !== "release") throw new Error(`${name}: no release`);
  return withLease(context, leaseOf(identity), leaseWaitSeconds, async (signal) => {
    const world = await read();
    // Our own lease keeps everybody else away.
    const leases = world.leases.filter(({ environment }) => environment !== identity.environment);
    const { doomed, kept } = planCollection({ ...world, leases, cap: Infinity });
    if (!doomed.some((item) => item.name === name)) return kept.find((item) => item.name === name)?.reason ?? "is gone";
    await takeDown(context, name, signal);
    // What was replaced can no longer be rolled back to in a second.
    await (await Generations.read(context.engine, identity.environment)).bury(identity.pr);
    return undefined;
  });
}

async function removeImage({ engine }: Context, { id = "" }: Item): Promise<string | undefined> {
  try {
    await engine.getImage(id).remove();
    return undefined;
  } catch (error) {
    const { statusCode, message = "" } = error as { statusCode?: number; message?: string };
    if (statusCode === 404) return undefined;
    if (statusCode === 409) return `the Engine still needs it: ${message}`;
    throw error;
  }
}
