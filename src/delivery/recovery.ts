import { type Engine } from "../cluster/engine.ts";
import { listed, readObjects } from "../cluster/objects.ts";
import { Refused } from "./refused.ts";
import { isRemovable, remove, type Removable } from "./removal.ts";
import { type Say, type Workspace } from "./workspace.ts";

/** What a stack's state says of itself; the parts that an interrupted update leaves behind. */
export interface State {
  readonly resources?: readonly { readonly id?: string; readonly type?: string }[] | null;
  readonly pending_operations?: readonly object[] | null;
}

export interface Repair {
  readonly engine: Engine;
  readonly workspace: Workspace;
  readonly say: Say;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes state and Swarm agree again after a deployment that died: what was made and never written down is removed, what
 * was written down as begun is forgotten. The next update makes both anew. For whoever holds the lease only: else it
 * would remove what another deployer has just made. Tells whether the backend knows the stack.
 */
export async function repair(
  stack: string,
  { engine, workspace, say, signal }: Repair,
  refuse: typeof refuseStranger = refuseStranger,
): Promise<boolean> {
  const objects = await removables(engine, stack);
  if (!(await workspace.exists(stack))) {
    refuse(stack, objects);
    return false;
  }
  const state = (await workspace.exportState(stack)).deployment as State;
  if (isStrange(objects, state)) refuse(stack, objects);
  if (isEmpty(state)) return true;
  const pending = state.pending_operations ?? [];
  const strays = straysAmong(objects, state);
  if (pending.length + strays.length === 0) return true;
  say(`an update was interrupted: ${pending.length} operations pending, ${strays.length} objects nobody knows of`);
  // First what takes the lock: an update that lives is waited for, and what it has made is then known.
  await workspace.forgetPending(stack, { say, signal });
  const settled = (await workspace.exportState(stack)).deployment as State;
  await remove(engine, straysAmong(await removables(engine, stack), settled), signal);
  return true;
}

export function straysAmong(objects: readonly Removable[], { resources }: State): Removable[] {
  const known = new Set((resources ?? []).flatMap(({ id }) => id ?? []));
  return objects.filter(({ id }) => !known.has(id));
}

function isEmpty({ resources, pending_operations: pending }: State): boolean {
  return (resources ?? []).length + (pending ?? []).length === 0;
}

/**
 * Is the state that of another Swarm? It knows objects, or is empty, and none that is here. One that knows of the provider
 * alone is that of a first update which died.
 */
export function isStrange(objects: readonly Removable[], state: State): boolean {
  const knowsObjects = (state.resources ?? []).some(({ type = "" }) => type.startsWith("docker:"));
  return (isEmpty(state) || knowsObjects) && straysAmong(objects, state).length === objects.length;
}

/** With another backend or another Swarm than before, everything would look as if nobody knew it. */
function refuseStranger(stack: string, objects: readonly Removable[]): void {
  if (objects.length === 0) return;
  throw new Refused({
    path: `stack ${stack}`,
    got: `${objects.length} objects in the Swarm and none of them in its state`,
    expected: "the state that they were deployed with",
    remedy: `set PULUMI_BACKEND_URL and DOCKER_HOST as they were then, or remove it: sgw destroy ${stack}`,
  });
}

/** Removes a stack with all it made but volumes, whatever state it is in. */
export async function removeStack(stack: string, { engine, workspace, say, signal }: Repair): Promise<string> {
  // What has no state goes by its label.
  const isKnown = await repair(stack, { engine, workspace, say, signal }, () => undefined);
  const said = isKnown ? await workspace.destroy(stack, { say, signal }) : "nothing to do";
  await remove(engine, await removables(engine, stack), signal);
  return said;
}

async function removables(engine: Engine, stack: string): Promise<Removable[]> {
  return listed(await readObjects(engine, stack)).filter(isRemovable);
}
