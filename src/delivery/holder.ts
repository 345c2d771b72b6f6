import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** The variable by which a deployer's child processes are known, should it die before them. */
export const holderVariable = "STUDYGIVEWAY_HOLDER";

/** A process that deploys, as others see it. */
export interface Holder {
  readonly id: string;
  /** For people: user@host. */
  readonly by: string;
  /** For other deployers of the same machine: host, boot, process id and when it started. */
  readonly process: string;
}

export function thisHolder(): Holder {
  const { pid } = process;
  return {
    id: randomUUID(),
    by: `${userInfo().username}@${hostname()}`,
    process: [hostname(), bootId(), pid, startOf(pid)].join(" "),
  };
}

/** The machine of a holder's process. */
export function machineOf(process: string): string {
  return process.split(" ")[0] ?? "";
}

/** Whether a holder's process is known to have ended. What runs on another machine is not known. */
export function isDead(process: string): boolean {
  const [host, boot, pid, start] = process.split(" ");
  if (host !== hostname()) return false;
  // It was started anew, or another machine has the same name.
  if (boot !== bootId()) return false;
  return startOf(Number(pid)) !== start;
}

/** Whether a process of this machine runs; with a moment, whether it ran then already. */
export function isRunning(pid: number, since?: Date): boolean {
  const start = startOf(pid);
  if (start === "0") return false;
  if (since === undefined) return true;
  const uptime = Number(readText("/proc/uptime").split(" ")[0]);
  // Clock ticks are hundredths of a second on every Linux.
  const began = Date.now() - (uptime - Number(start) / 100) * 1000;
  return began <= since.getTime() + 1000;
}

function bootId(): string {
  return readText("/proc/sys/kernel/random/boot_id").trim() || "unknown";
}

/** The 22nd field of /proc/<pid>/stat; "0" where there is no such process, or where it has only not been buried yet. */
function startOf(pid: number): string {
  const [state, ...fields] = readText(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, "")
    .split(" ");
  return state === "Z" ? "0" : (fields[18] ?? "0");
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** The processes that a holder started and that outlived it. */
export function childrenOf(holder: string): number[] {
  const mark = `${holderVariable}=${holder}\0`;
  const numbers = names("/proc").filter((name) => /^[0-9]+$/.test(name));
  return numbers
    .map(Number)
    .filter((pid) => pid !== process.pid && `${readText(`/proc/${pid}/environ`)}\0`.includes(mark));
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Ends what a dead deployer left running: Pulumi and its plugins go on without it, and would make objects behind the
 * back of whoever comes next.
 */
export async function endChildren(holder: string): Promise<number> {
  const found = childrenOf(holder);
  for (let left = found; left.length > 0; left = childrenOf(holder)) {
    for (const pid of left) kill(pid);
    await sleep(50);
  }
  return found.length;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
