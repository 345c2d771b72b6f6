import { setTimeout as sleep } from "node:timers/promises";
import { type Engine } from "../cluster/engine.ts";
import { type Owned } from "../cluster/objects.ts";
import { UpdateError } from "./workspace.ts";

/** Volumes are not among them: data is removed by nothing that works without a backup. */
export type Removable = Owned<Exclude<Owned["kind"], "volume">>;

/** The longest a container may take to end, plus what Swarm needs to let its networks go. */
const patienceSeconds = 90;
const order = ["service", "network", "secret", "config"] as const;

export function isRemovable(object: Owned): object is Removable {
  return object.kind !== "volume";
}

/**
 * Removes objects of the Swarm by id, those that use others first; waits until they are gone. Aborted, it removes nothing
 * more: what carries the same label may by then be somebody else's.
 */
export async function remove(engine: Engine, objects: readonly Removable[], signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + patienceSeconds * 1000;
  for (const kind of order) {
    const these = objects.filter((object) => object.kind === kind);
    await Promise.all(these.map((object) => removeOne(engine, object, deadline, signal)));
  }
}

async function removeOne(
  engine: Engine,
  { kind, id, name }: Removable,
  deadline: number,
  signal?: AbortSignal,
): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      await handle(engine, kind, id).remove();
    } catch (error) {
      const { statusCode, message = "" } = error as { statusCode?: number; message?: string };
      if (statusCode === 404) return;
      // What used it may still be ending, which Swarm says in more than one way.
      if (Date.now() > deadline) throw new UpdateError(`${kind} ${name}: not removed (${message})`, { cause: error });
    }
    // Until it is not found: Swarm takes the order before it has let go.
    await sleep(300);
  }
}

function handle(engine: Engine, kind: Removable["kind"], id: string): { remove: () => Promise<unknown> } {
  switch (kind) {
    case "service":
      return engine.getService(id);
    case "network":
      return engine.getNetwork(id);
    case "secret":
      return engine.getSecret(id);
    case "config":
      return engine.getConfig(id);
  }
}
