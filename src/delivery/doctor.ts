import { engineHost } from "../cluster/engine.ts";
import { readLedger } from "../cluster/ledger.ts";
import { readObjects } from "../cluster/objects.ts";
import { environments } from "../identity.ts";
import { loadEnvironmentSettings, type Settings } from "../settings/index.ts";
import { type Context } from "./context.ts";
import { backendFindings, lockFindings, stateFindings } from "./doctor/backend.ts";
import { generationFindings, leaseFindings, orphanFindings, serviceFindings } from "./doctor/deployments.ts";
import { engineFindings } from "./doctor/engine.ts";
import { type Finding, findingsText, ok, problem, unknown } from "./doctor/finding.ts";
import { edgeFindings, forgeFindings, registryFindings } from "./doctor/surroundings.ts";
import { openForge } from "./forge/forge.ts";
import { readLeases } from "./lease.ts";
import { readStatus } from "./status.ts";

type Examined = Pick<Context, "engine" | "workspace" | "env">;

/** `sgw doctor`: looks at everything a deployment needs, changes nothing, and says what to do. */
export async function doctor(context: Examined & Pick<Context, "json" | "out">, read = readSettings): Promise<number> {
  const findings = await examine(context, read);
  const healthy = findings.every(({ state }) => state !== "problem");
  context.out(context.json ? `${JSON.stringify({ healthy, findings }, undefined, 2)}\n` : findingsText(findings));
  return healthy ? 0 : 1;
}

/** Everything at the same time; without an Engine or settings nothing that needs them. */
export async function examine(context: Examined, read: () => Settings): Promise<readonly Finding[]> {
  const { engine, workspace, env } = context;
  const settings = settingsOf(read);
  const [ofEngine, backend, locks, forge] = await Promise.all([
    engineFindings(engine, engineHost(env)),
    backendFindings(workspace),
    lockFindings(env["PULUMI_BACKEND_URL"] ?? ""),
    settings.value && forgeFindings(settings.value.forge && openForge(settings.value.forge)),
  ]);
  const hasEngine = ofEngine.every(({ state, check }) => check !== "engine" || state === "ok");
  const deployed =
    hasEngine && settings.value !== undefined
      ? await deploymentFindings(context, settings.value, backend.stacks)
      : [unknown("deployments", "need the Engine and the settings")];
  return [settings.finding, ...ofEngine, ...backend.findings, ...locks, ...deployed, ...(forge ?? [])];
}

/** Of every environment, since a stack is told nothing while one setting is wrong; those of the platform are given. */
function readSettings(): Settings {
  for (const environment of environments) loadEnvironmentSettings({ kind: "data", environment });
  return loadEnvironmentSettings({ kind: "platform" });
}

function settingsOf(read: () => Settings): { finding: Finding; value: Settings | undefined } {
  try {
    return { value: read(), finding: ok("settings", "complete and right") };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { value: undefined, finding: problem("settings", detail, "correct them as they say") };
  }
}

async function deploymentFindings(
  { engine, workspace }: Examined,
  settings: Settings,
  stacks: Awaited<ReturnType<typeof backendFindings>>["stacks"],
): Promise<readonly Finding[]> {
  const [status, objects, ledger, leases, info] = await Promise.all([
    readStatus(engine, settings),
    readObjects(engine),
    readLedger(engine),
    readLeases(engine),
    engine.info() as Promise<{ Swarm?: { Nodes?: number } }>,
  ]);
  // What is being deployed is half-way for a good reason.
  const busy = new Set<string>(leases.filter(({ isExpired }) => !isExpired).map(({ environment }) => environment));
  const isIdle = (stack: string) => !busy.has(stack.replace(/-(?:data|pr-\d+)$/, ""));
  const idle = stacks?.filter(({ name }) => isIdle(name)) ?? [];
  const [states, edge, registry] = await Promise.all([
    stateFindings(workspace, idle, objects),
    edgeFindings(status, settings),
    registryFindings(engine, settings, info.Swarm?.Nodes ?? 1),
  ]);
  return [
    ...states,
    ...orphanFindings(objects, stacks),
    ...leaseFindings(leases, ledger),
    ...generationFindings(leases, ledger),
    ...serviceFindings(status.stacks.filter(({ stack }) => isIdle(stack))),
    ...edge,
    ...registry,
  ];
}
