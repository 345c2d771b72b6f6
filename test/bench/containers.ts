import { setTimeout as sleep } from "node:timers/promises";
import { type Engine } from "../../src/cluster/engine.ts";
import { stackLabel } from "./release.ts";

const pollMs = 100;

interface Listed {
  readonly Id: string;
  readonly State: string;
  readonly Status: string;
}

async function containersOf(engine: Engine, stack: string): Promise<Listed[]> {
  return engine.listContainers({ all: true, filters: JSON.stringify({ label: [`${stackLabel}=${stack}`] }) });
}

/** Waits until so many containers of a stack are there, each of them healthy. */
export async function healthy(engine: Engine, stack: string, count: number, timeoutSeconds: number): Promise<void> {
  await until(timeoutSeconds, `${count} healthy containers of ${stack}`, async () => {
    const running = (await containersOf(engine, stack)).filter(({ State }) => State === "running");
    return running.length === count && running.every(({ Status }) => Status.includes("(healthy)"));
  });
}

/** Waits until no container of a stack is left. */
export async function gone(engine: Engine, stack: string, timeoutSeconds: number): Promise<void> {
  await until(timeoutSeconds, `the end of all containers of ${stack}`, async () => {
    return (await containersOf(engine, stack)).length === 0;
  });
}

async function until(timeoutSeconds: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + timeoutSeconds * 1000; !(await holds());) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutSeconds} s for ${what}`);
    await sleep(pollMs);
  }
}

interface Statistics {
  readonly memory_stats: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
}

/** What a stack's containers take while nobody asks anything of them. */
export interface Idle {
  readonly memoryMb: number;
  /** The part of it that is no copy of files; it does not depend on who read a file first. */
  readonly ownMemoryMb: number;
  /** Of one processor; what the health checks cost is in it. */
  readonly cpuPercent: number;
}

export async function idle(engine: Engine, stack: string, overSeconds: number): Promise<Idle> {
  const ids = (await containersOf(engine, stack)).map(({ Id }) => Id);
  const read = () => Promise.all(ids.map((id) => statistics(engine, id)));
  const before = await read();
  const began = Date.now();
  await sleep(overSeconds * 1000);
  const after = await read();
  const seconds = (Date.now() - began) / 1000;
  const cpu = (all: readonly Statistics[]) => sum(all.map(({ cpu_stats }) => cpu_stats.cpu_usage.total_usage)) / 1e9;
  return {
    memoryMb: sum(after.map(memoryBytes)) / 1e6,
    ownMemoryMb: sum(after.map(ownMemoryBytes)) / 1e6,
    cpuPercent: ((cpu(after) - cpu(before)) / seconds) * 100,
  };
}

function statistics(engine: Engine, id: string): Promise<Statistics> {
  return engine.getContainer(id).stats({ stream: false, "one-shot": true });
}

/** As `docker stats` has it: without the part of the page cache that can be dropped at once. */
export function memoryBytes({ memory_stats: { usage = 0, stats = {} } }: Statistics): number {
  return usage - (stats["total_inactive_file"] ?? stats["inactive_file"] ?? 0);
}

/** Of processes, and what they share or keep in a tmpfs. */
export function ownMemoryBytes({ memory_stats: { stats = {} } }: Statistics): number {
  const kinds = ["active_anon", "inactive_anon", "unevictable"];
  return sum(kinds.map((kind) => stats[`total_${kind}`] ?? stats[kind] ?? 0));
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
