import { ConcurrentUpdateError, type LocalWorkspace, Stack } from "@pulumi/pulumi/automation/index.js";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning } from "./holder.ts";

/** Who locked a stack, in the words of a backend that keeps its state in files or in a bucket. */
export interface Lock {
  readonly host: string;
  readonly pid: number;
  readonly at: Date;
}

/** Reads `created by root@host (pid 42) at 2024-05-02T10:00:00Z`. */
export function parseLocks(text: string): Lock[] {
  const pattern = /created by \S+@(\S+) \(pid (\d+)\) at (\S+)/g;
  return [...text.matchAll(pattern)].map(([, host = "", pid = "", at = ""]) => ({
    host,
    pid: Number(pid),
    at: new Date(at),
  }));
}

/** How long a lock of somebody who may be alive is waited for, in seconds. */
const patienceSeconds = 60;
/** No update takes longer: the lock of another machine is then taken for one that was left behind. */
const oldestSeconds = 3600;

/** A deployer that was taken over from: the machine it ran on, and since when it held the lease, by that machine's clock. */
export interface Dead {
  readonly host: string;
  readonly since: Date;
}

/** Was the lock made by one that was taken over from? Its Pulumi may still be ending, where the machine is only cut off. */
export function isLeft({ host, at }: Lock, dead: readonly Dead[]): boolean {
  return dead.some((one) => one.host === host && one.since <= at);
}

/** Has whoever made the lock ended without removing it? Undefined when that cannot be known from here. */
export function isStale({ host, pid, at }: Lock, now = Date.now()): boolean {
  if (host === hostname()) return !isRunning(pid, at);
  return now - at.getTime() > oldestSeconds * 1000;
}

/**
 * Runs an operation that locks its stack. A lock that a dead process left behind is removed; one of a living process,
 * somebody's plain `pulumi up` perhaps, is waited for, and so is one of a machine that was taken over from, before it goes.
 */
export async function withoutLock<T>(
  stack: string,
  workspace: LocalWorkspace,
  { say, dead }: { readonly say: (text: string) => void; readonly dead: readonly Dead[] },
  work: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + patienceSeconds * 1000;
  for (let told = false; ; told = true) {
    try {
      return await work();
    } catch (error) {
      if (isAboutGoneLock(error) && Date.now() < deadline) continue;
      if (!(error instanceof ConcurrentUpdateError)) throw error;
      const locks = parseLocks(error.message);
      const isOver = Date.now() > deadline;
      if (locks.length > 0 && locks.every((lock) => isStale(lock) || (isOver && isLeft(lock, dead)))) {
        say("removes the lock of an update that died");
        await (await Stack.select(stack, workspace)).cancel();
      } else {
        if (isOver) throw error;
        const who = locks.map(({ host, pid }) => `process ${pid} of ${host}`).join(", ");
        if (!told) say(`waits for the update of ${who === "" ? "somebody else" : who}`);
        await sleep(1000);
      }
    }
  }
}

/** The lock was removed between Pulumi's finding and its reading it. */
export function isAboutGoneLock(error: unknown): boolean {
  return error instanceof Error && /\.pulumi\/locks\/.*code=NotFound/.test(error.message);
}
