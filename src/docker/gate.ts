import * as pulumi from "@pulumi/pulumi";
import { setTimeout as sleep } from "node:timers/promises";
import { type Engine } from "../cluster/engine.ts";
import { lastLogLines } from "../cluster/log-lines.ts";
import { type Logged } from "../cluster/whole-log.ts";
import { type Scope } from "./scope.ts";
import { isOfForm, type ServiceState, type TaskState, type Verdict, verdict } from "../cluster/verdict.ts";

/** Often enough that a deployment does not wait for its gate, seldom enough that the Engine does not notice. */
const pollMs = 250;
const reportMs = 10_000;
const setting = "GATE_TIMEOUT_SECONDS, of a promotion PROMOTE_TIMEOUT_SECONDS";
/** The time counts from here, so that a busy machine, where Pulumi itself takes long, does not make a failure longer. */
const programBegan = performance.timeOrigin;

interface Watched {
  readonly name: string;
  readonly id: string;
  readonly form: string;
}

/**
 * Resolves when every service of the stack runs in its newest form, healthy, with no update going on; else throws an
 * error that names each failing service, its tasks' errors and its last log lines. The provider itself returns as soon
 * as Swarm has taken the order.
 */
export function gate(scope: Scope, engine: Engine): pulumi.Output<string[]> {
  const watched = scope.deployed.map((deployed) => pulumi.output(deployed));
  return pulumi.all(watched).apply(async (services) => {
    if (pulumi.runtime.isDryRun()) return services.map(({ name }) => name);
    return passage(engine, services, scope.settings.gate.timeoutSeconds);
  });
}

async function passage(engine: Engine, services: Watched[], timeoutSeconds: number): Promise<string[]> {
  const deadline = programBegan + timeoutSeconds * 1000;
  let nextReport = Date.now() + reportMs;
  for (;;) {
    const verdicts = await Promise.all(
      services.map(async (watched) => [watched, await look(engine, watched)] as const),
    );
    if (verdicts.every(([, { kind }]) => kind === "ready")) return services.map(({ name }) => name);
    const failed = verdicts.filter(([, { kind }]) => kind === "failed");
    if (failed.length > 0) throw await refusal(engine, failed);
    const late = verdicts.filter(([, { kind }]) => kind === "waiting");
    if (Date.now() > deadline) throw await refusal(engine, late, timeoutSeconds);
    if (Date.now() > nextReport) {
      nextReport += reportMs;
      await pulumi.log.info(
        `waiting for ${late.map(([{ name }, state]) => `${name} (${describe(state)})`).join(", ")}`,
      );
    }
    await sleep(pollMs);
  }
}

async function look(engine: Engine, { id, form }: Watched): Promise<Verdict> {
  const tasksOf = (filters: object) =>
    engine.listTasks({ filters: JSON.stringify({ service: [id], ...filters }) }) as Promise<TaskState[]>;
  // One after the other: tasks read before Swarm went back would be taken for those it kept.
  const service = (await engine.getService(id).inspect()) as ServiceState;
  // What the docker command itself asks for when it waits: only tasks of the newest form.
  const tasks = await tasksOf({ "_up-to-date": ["true"] });
  if (isOfForm(service, form)) return verdict(service, tasks, form);
  // Swarm went back: the newest form is now the one before, and what failed is among the rest.
  const kept = new Set(tasks.map(({ ID }) => ID));
  const rest = (await tasksOf({})).filter(({ ID }) => !kept.has(ID));
  return verdict(service, rest, form);
}

type Failing = readonly (readonly [Watched, Verdict])[];

async function refusal(engine: Engine, failing: Failing, timeoutSeconds?: number): Promise<pulumi.RunError> {
  const reports = await Promise.all(
    failing.map(async ([{ name, id }, state]) => {
      const lines = await lastWords(engine, id, state);
      return [`${name}: ${describe(state)}`, ...lines.map((line) => `    ${line}`)].join("\n");
    }),
  );
  const title = timeoutSeconds === undefined ? "not healthy" : `not healthy after ${timeoutSeconds} s (${setting})`;
  return new pulumi.RunError([`${title}:`, ...reports].join("\n"));
}

async function lastWords(engine: Engine, id: string, state: Verdict): Promise<string[]> {
  const log = logOf(engine, id, state);
  const lines = log === undefined ? [] : await lastLogLines(log);
  if (lines === undefined) return ["(its log could not be read)"];
  return lines.length === 0 ? ["(it wrote no log line)"] : lines;
}

/** That of the task that failed, and not of one that serves in its place; of all tasks where none has failed yet. */
function logOf(engine: Engine, id: string, state: Verdict): Logged | undefined {
  if (state.kind !== "failed") return engine.getService(id);
  return state.task === undefined ? undefined : (engine.getTask(state.task) as unknown as Logged);
}

function describe(state: Verdict): string {
  switch (state.kind) {
    case "ready":
      return "ready";
    case "waiting":
      return `${state.running} of ${state.wanted} running, ${state.state}`;
    case "failed":
      return state.reason;
  }
}
