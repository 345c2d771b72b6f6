import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { backendFolder } from "../../../tools/environment.ts";
import { listed, type Objects } from "../../cluster/objects.ts";
import { isStale, type Lock } from "../lock.ts";
import { type State, straysAmong } from "../recovery.ts";
import { isRemovable } from "../removal.ts";
import { type StackSummary, type Workspace } from "../workspace.ts";
import { type Finding, ok, orOk, problem, tried } from "./finding.ts";

type Backend = Pick<Workspace, "exportState">;

/** Each export starts the Pulumi CLI. */
const exportsAtATime = 4;

/** Whether each state can be read with the passphrase, and whether it agrees with the Swarm. */
export async function stateFindings(
  backend: Backend,
  stacks: readonly StackSummary[],
  objects: Objects,
): Promise<readonly Finding[]> {
  const deployed = stacks.filter(({ resourceCount = 0 }) => resourceCount > 0).map(({ name }) => name);
  const found: (readonly Finding[])[] = [];
  for (let at = 0; at < deployed.length; at += exportsAtATime) {
    const some = deployed.slice(at, at + exportsAtATime);
    found.push(...(await Promise.all(some.map((stack) => stateFinding(backend, stack, objects)))));
  }
  return orOk("states", found.flat(), `${deployed.length} can be read and agree with the Swarm`);
}

async function stateFinding(backend: Backend, stack: string, objects: Objects): Promise<readonly Finding[]> {
  const remedy = "correct PULUMI_CONFIG_PASSPHRASE in .env";
  return tried(`state of ${stack}`, remedy, async () => {
    const state = (await backend.exportState(stack)).deployment as State;
    const pending = state.pending_operations?.length ?? 0;
    const own = listed(objects).filter((object) => object.stack === stack);
    const strays = straysAmong(own.filter(isRemovable), state);
    const names = strays.slice(0, 3).map(({ name }) => name);
    return [
      ...(pending === 0
        ? []
        : [problem("states", `${stack}: an update was interrupted, ${pending} operations pending`, `sgw up ${stack}`)]),
      ...(strays.length === 0
        ? []
        : [
            problem(
              "states",
              `${stack}: ${strays.length} objects that its state does not know (${names.join(", ")})`,
              `sgw up ${stack}`,
            ),
          ]),
    ];
  });
}

/** Who has locked which stack. Of a backend that is no folder only the updates themselves can tell. */
export async function lockFindings(backendUrl: string): Promise<readonly Finding[]> {
  const folder = backendFolder(backendUrl);
  if (folder === undefined) return [];
  const locks = await readLocks(join(folder, ".pulumi", "locks"));
  const stale = locks.filter(({ lock }) => isStale(lock));
  const alive = locks
    .filter(({ lock }) => !isStale(lock))
    .map(({ stack, lock }) => `${stack} by process ${lock.pid} of ${lock.host}`);
  const problems = stale.map(({ stack, lock }) =>
    problem("locks", `${stack} is locked by process ${lock.pid} of ${lock.host}, which has ended`, `sgw up ${stack}`),
  );
  return orOk("locks", problems, alive.length === 0 ? "no stack is locked" : `locked: ${alive.join(", ")}`);
}

async function readLocks(folder: string): Promise<{ stack: string; lock: Lock }[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = names.filter((name) => name.endsWith(".json"));
  const locks = await Promise.all(
    files.map(async (name) => {
      // It may be gone by now.
      const text = await readFile(join(folder, name), "utf8").catch(() => undefined);
      return text === undefined ? [] : [{ stack: basename(dirname(name)), lock: lockOf(text) }];
    }),
  );
  return locks.flat();
}

function lockOf(text: string): Lock {
  const { pid, hostname, timestamp } = JSON.parse(text) as { pid: number; hostname: string; timestamp: string };
  return { pid, host: hostname, at: new Date(timestamp) };
}

/** The backend's stacks; undefined where it does not answer. */
export async function backendFindings(
  workspace: Pick<Workspace, "stacks">,
): Promise<{ findings: readonly Finding[]; stacks: StackSummary[] | undefined }> {
  let stacks: StackSummary[] | undefined;
  const findings = await tried("backend", "correct PULUMI_BACKEND_URL in .env", async () => {
    stacks = await workspace.stacks();
    return [ok("backend", stacks.length === 1 ? "answers, 1 stack" : `answers, ${stacks.length} stacks`)];
  });
  return { findings, stacks };
}
