import assert from "node:assert/strict";
import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { readObjects } from "../../src/cluster/objects.ts";
import { holderVariable } from "../../src/delivery/holder.ts";
import { readLeases } from "../../src/delivery/lease.ts";
import { backendFolder } from "../../tools/environment.ts";
import { kill } from "./process.ts";
import { answering, ledger, promote, releasesThere, startSgw } from "./sgw.ts";
import { domain, engine, hostOf, https, pulumi } from "./world.ts";

/** What happens to a promotion: its process is killed, is asked to stop, or a plugin that works for it is killed. */
export type Blow = "kill -9" | "SIGINT" | "kill -9 of the provider";

export interface Interruption {
  /** What is promoted to PROD. */
  readonly pr: number;
  readonly blow: Blow;
  /** Seconds after its start. */
  readonly after: number;
  /** Releases of other files, which nobody touches. */
  readonly others: readonly string[];
}

/**
 * Interrupts a promotion to PROD and runs it again: then exactly that release is there, users reach it, nothing is left
 * over, and the site has answered all the time.
 */
export async function interrupt({ pr, blow, after, others }: Interruption): Promise<void> {
  const watch = watchSite();
  try {
    await strikeAndResume({ pr, blow, after, others });
  } finally {
    assert.deepEqual(await watch.end(), [], `${blow} after ${after.toFixed(1)} s`);
  }
}

async function strikeAndResume({ pr, blow, after, others }: Interruption): Promise<void> {
  const child = startSgw(["promote", "prod", "--pr", String(pr), "--revive", "--yes"]);
  const ended = once(child, "exit");
  const said = collect(child);
  await Promise.race([sleep(after * 1000), ended]);
  strike(child, blow);
  await ended;
  const { stack, generation } = await promote("prod", "--pr", String(pr), "--revive");
  const about = `${blow} after ${after.toFixed(1)} s\n${said()}`;
  assert.equal(await answering(stack), `${stack}.${generation}`, about);
  assert.deepEqual(
    (await releasesThere()).filter((name) => !others.includes(name)),
    [stack],
    about,
  );
  await expectOrder(stack, about);
}

/** Every object is known to the state and the other way round, nothing is pending, locked, held or under way. */
export async function expectOrder(stack: string, about: string): Promise<void> {
  const { stdout } = await pulumi(stack, ["stack", "export"]);
  const { deployment } = JSON.parse(stdout) as {
    deployment: { resources: { id?: string; type: string }[]; pending_operations?: object[] };
  };
  assert.deepEqual(deployment.pending_operations ?? [], [], about);
  const { services, networks, secrets, configs } = await readObjects(engine, stack);
  const there = [...services, ...networks, ...secrets, ...configs].map(({ id }) => id).sort();
  const known = deployment.resources.flatMap(({ id, type }) => (type.startsWith("docker:") ? (id ?? []) : [])).sort();
  assert.deepEqual(there, known, about);
  assert.deepEqual(locks(), [], about);
  assert.deepEqual(await readLeases(engine), [], about);
  assert.deepEqual(
    (await ledger("prod")).filter(({ step }) => step !== "done"),
    [],
    about,
  );
  assert.deepEqual(holders(), [], about);
}

function locks(): string[] {
  const folder = `${backendFolder(process.env["PULUMI_BACKEND_URL"] ?? "") ?? ""}/.pulumi/locks`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
}

/** What a delivery command of this run started and that still runs. */
function holders(): string[] {
  return started().map(({ command }) => command);
}

function started(): { pid: number; command: string }[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const marks = [`${holderVariable}=`, `PULUMI_BACKEND_URL=${process.env["PULUMI_BACKEND_URL"] ?? ""}\0`];
  return pids.flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
      if (!marks.every((mark) => environment.includes(mark))) return [];
      return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ") }];
    } catch {
      return [];
    }
  });
}

function strike(child: ChildProcess, blow: Blow): void {
  if (blow !== "kill -9 of the provider") child.kill(blow === "SIGINT" ? "SIGINT" : "SIGKILL");
  else
    kill(
      started().flatMap(({ pid, command }) => (command.includes("pulumi-resource-docker") ? pid : [])),
      "SIGKILL",
    );
}

function collect(child: ChildProcess): () => string {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
  }
  return () => lines.join("");
}

/** Asks for the site's page all the time; gives what was no good answer. */
export function watchSite(): { end: () => Promise<string[]> } {
  const state = { isOver: false, faults: [] as string[] };
  const host = hostOf("prod-pr-1");
  assert.equal(host, domain);
  const watching = (async () => {
    while (!state.isOver) {
      const said = await https({ host, path: "/healthz" }).then(
        ({ status }) => (status === 200 ? undefined : String(status)),
        (error: unknown) => String(error),
      );
      if (said !== undefined) state.faults.push(said);
      await sleep(50);
    }
  })();
  return {
    end: async () => {
      state.isOver = true;
      await watching;
      return state.faults;
    },
  };
}
