import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readLedger } from "../../src/cluster/ledger.ts";
import { readObjects } from "../../src/cluster/objects.ts";
import { holderVariable } from "../../src/delivery/holder.ts";
import { readLeases } from "../../src/delivery/lease.ts";
import { backendFolder } from "../../tools/environment.ts";
import { engine, pulumi } from "./world.ts";

/**
 * Every object of the stack is known to its state and the other way round; nothing is pending there, and nothing is locked,
 * held or under way in any environment.
 */
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
    (await readLedger(engine)).filter(({ step }) => step !== "done"),
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

/** The programs that delivery commands of this run have started. */
export function started(): { pid: number; command: string }[] {
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
