import { formLabel } from "./labels.ts";

/** The part of a Swarm service that says how far its last change has come. */
export interface ServiceState {
  readonly UpdatedAt: string;
  readonly Spec: {
    readonly Labels?: Readonly<Record<string, string>>;
    readonly Mode: { readonly Replicated?: { readonly Replicas?: number }; readonly Global?: object };
  };
  readonly UpdateStatus?: { readonly State?: string; readonly Message?: string };
}

/** A task made from the form of its service that was asked for. */
export interface TaskState {
  readonly ID?: string;
  /** Which of the replicas it is; a service on every node has none. */
  readonly Slot?: number;
  readonly DesiredState: string;
  readonly Status: {
    readonly State: string;
    readonly Timestamp: string;
    readonly Err?: string;
    readonly Message?: string;
    readonly ContainerStatus?: { readonly ContainerID?: string };
  };
}

export type Verdict =
  | { readonly kind: "ready"; readonly running: number }
  | { readonly kind: "waiting"; readonly running: number; readonly wanted: number; readonly state: string }
  /** With the task whose log lines tell more, if it came so far as to write any. */
  | { readonly kind: "failed"; readonly reason: string; readonly task?: string };

/** So many failures of the newest form mean that it does not work: each was started anew after one second. */
const hopelessFailures = 3;

/** Whether a service runs as last asked for. Swarm's own "running" would count tasks of the form before. */
export function verdict(service: ServiceState, tasks: readonly TaskState[], form?: string): Verdict {
  const update = service.UpdateStatus?.State;
  if (!isOfForm(service, form) || update === "paused") {
    // Swarm can go back before the task that made it do so has told why.
    if (update === "rollback_started" && lastFailed(tasks) === undefined) {
      return { kind: "waiting", running: 0, wanted: wantedOf(service, tasks), state: "rolling back" };
    }
    return failed([`update ${update ?? "undone"}`, service.UpdateStatus?.Message], tasks);
  }
  const live = tasks.filter((task) => task.DesiredState === "running" || task.DesiredState === "ready");
  const running = filled(live.filter((task) => task.Status.State === "running"));
  const wanted = wantedOf(service, live);
  if (running === wanted && (running > 0 || !service.Spec.Mode.Global) && !isMoving(update)) {
    return { kind: "ready", running };
  }
  const failures = tasks.filter((task) => hasFailed(task) && since(task, service.UpdatedAt));
  if (failures.length >= hopelessFailures) {
    return failed([`${failures.length} tasks failed`], failures);
  }
  return { kind: "waiting", running, wanted, state: stateOf(service, live) };
}

function wantedOf({ Spec }: ServiceState, live: readonly TaskState[]): number {
  return Spec.Mode.Global ? live.length : (Spec.Mode.Replicated?.Replicas ?? 1);
}

/**
 * Or has Swarm gone back to the form before? Its own status does not tell: it stays "rollback_completed" when the form
 * before is what is asked for next.
 */
export function isOfForm({ Spec }: ServiceState, form: string | undefined): boolean {
  return Spec.Labels?.[formLabel] === form;
}

function failed(words: readonly (string | undefined)[], tasks: readonly TaskState[]): Verdict {
  const task = lastFailed(tasks);
  const error = task && (task.Status.Err || (task.Status.Message ?? task.Status.State));
  const reason = [...words, error].filter(Boolean).join(": ");
  const ran = task?.Status.ContainerStatus?.ContainerID ? task.ID : undefined;
  return { kind: "failed", reason, ...(ran !== undefined && { task: ran }) };
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

function lastFailed(tasks: readonly TaskState[]): TaskState | undefined {
  return tasks
    .filter(hasFailed)
    .toSorted((a, b) => Date.parse(b.Status.Timestamp) - Date.parse(a.Status.Timestamp))
    .at(0);
}

/** Is Swarm still at work on the last change, or on taking it back? */
export function isMoving(update: string | undefined): boolean {
  return update === "updating" || update === "rollback_started";
}

function stateOf(service: ServiceState, live: readonly TaskState[]): string {
  const states = [...new Set(live.map((task) => task.Status.State))].sort();
  const pending = live.find((task) => task.Status.State === "pending")?.Status.Err;
  const update = service.UpdateStatus?.State === "updating" ? ["updating"] : [];
  return [...update, ...states, ...(pending ? [pending] : [])].join(", ") || "no task yet";
}
