/** The part of a Swarm service that says how far its last change has come. */
export interface ServiceState {
  readonly UpdatedAt: string;
  readonly Spec: {
    readonly Mode: { readonly Replicated?: { readonly Replicas?: number }; readonly Global?: object };
  };
  readonly UpdateStatus?: { readonly State?: string; readonly Message?: string };
}

/** A task made from the newest form of its service. */
export interface TaskState {
  /** Which of the replicas it is; a service on every node has none. */
  readonly Slot?: number;
  readonly DesiredState: string;
  readonly Status: {
    readonly State: string;
    readonly Timestamp: string;
    readonly Err?: string;
    readonly Message?: string;
  };
}

export type Verdict =
  | { readonly kind: "ready"; readonly running: number }
  | { readonly kind: "waiting"; readonly running: number; readonly wanted: number; readonly state: string }
  | { readonly kind: "failed"; readonly reason: string };

/** So many failures of the newest form mean that it does not work: each was started anew after one second. */
const hopelessFailures = 3;

/** Whether a service runs as last asked for. Swarm's own "running" would count tasks of the form before. */
export function verdict(service: ServiceState, tasks: readonly TaskState[]): Verdict {
  const update = service.UpdateStatus?.State;
  if (update !== undefined && (update.startsWith("rollback") || update === "paused")) {
    const reason = [`update ${update}`, service.UpdateStatus?.Message, lastError(tasks)].filter(Boolean).join(": ");
    return { kind: "failed", reason };
  }
  const live = tasks.filter((task) => task.DesiredState === "running" || task.DesiredState === "ready");
  const running = filled(live.filter((task) => task.Status.State === "running"));
  const wanted = service.Spec.Mode.Global ? live.length : (service.Spec.Mode.Replicated?.Replicas ?? 1);
  if (running === wanted && (running > 0 || !service.Spec.Mode.Global) && update !== "updating") {
    return { kind: "ready", running };
  }
  const failures = tasks.filter((task) => hasFailed(task) && since(task, service.UpdatedAt));
  if (failures.length >= hopelessFailures) {
    return { kind: "failed", reason: `${failures.length} tasks failed: ${lastError(failures)}` };
  }
  return { kind: "waiting", running, wanted, state: stateOf(service, live) };
}

/**
 * How many replicas are there. Two tasks can be one: when the old task ends by itself just as start-first replaces it,
 * Swarm keeps both its replacements until the next change.
 */
function filled(tasks: readonly TaskState[]): number {
  const slots = tasks.flatMap(({ Slot }) => Slot ?? []);
  return new Set(slots).size + tasks.length - slots.length;
}

function hasFailed(task: TaskState): boolean {
  return task.Status.State === "failed" || task.Status.State === "rejected" || task.Status.State === "complete";
}

function since(task: TaskState, moment: string): boolean {
  return Date.parse(task.Status.Timestamp) >= Date.parse(moment);
}

function lastError(tasks: readonly TaskState[]): string {
  const newest = tasks
    .filter(hasFailed)
    .toSorted((a, b) => Date.parse(b.Status.Timestamp) - Date.parse(a.Status.Timestamp))
    .at(0);
  return newest === undefined ? "" : newest.Status.Err || (newest.Status.Message ?? newest.Status.State);
}

function stateOf(service: ServiceState, live: readonly TaskState[]): string {
  const states = [...new Set(live.map((task) => task.Status.State))].sort();
  const pending = live.find((task) => task.Status.State === "pending")?.Status.Err;
  const update = service.UpdateStatus?.State === "updating" ? ["updating"] : [];
  return [...update, ...states, ...(pending ? [pending] : [])].join(", ") || "no task yet";
}
