import { type EngineEvent, type StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { type Field, fieldsOf } from "./field.ts";
import { type Inputs } from "./inputs.ts";

type Op = "create" | "update" | "replace" | "delete";

/** What a resource is, in our words; `other` is what the program does not make today. */
type Kind = "service" | "secret" | "config" | "network" | "credential" | "other";

/** What the engine will do to one resource. */
export interface Change {
  readonly op: Op;
  readonly kind: Kind;
  readonly name: string;
  /** The service it belongs to; undefined for what services share: networks, credentials. */
  readonly unit: string | undefined;
  readonly fields: readonly Field[];
  /** As last deployed, and as asked for. */
  readonly before: Inputs | undefined;
  readonly after: Inputs | undefined;
}

const kinds: Readonly<Record<string, Kind>> = {
  "docker:index/service:Service": "service",
  "docker:index/secret:Secret": "secret",
  "docker:index/serviceConfig:ServiceConfig": "config",
  "docker:index/network:Network": "network",
  "random:index/randomPassword:RandomPassword": "credential",
};

// A replacement is three steps; the one called "replace" knows both sides of it.
const ops: Readonly<Record<string, Op>> = { create: "create", update: "update", replace: "replace", delete: "delete" };

/** Every change a preview foretells, in the order of the services' names; and how many resources stay as they are. */
export function changesFrom(events: readonly EngineEvent[]): { changes: Change[]; unchanged: number } {
  const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  const resources = steps.filter(({ type }) => !isScaffold(type));
  const units = new Set(resources.filter(({ type }) => kinds[type] === "service").map(parentOf));
  const changes = resources.flatMap((step) => {
    const op = ops[step.op];
    return op === undefined ? [] : [changeOf(step, op, units)];
  });
  // Services by name, each before its files; what they share comes last.
  const order = ({ unit, kind, name }: Change) =>
    [unit === undefined ? 1 : 0, unit ?? "", kind === "service" ? 0 : 1, name].join(" ");
  return {
    changes: changes.sort((a, b) => order(a).localeCompare(order(b))),
    unchanged: resources.filter(({ op }) => op === "same").length,
  };
}

/** The stack, its providers and our components exist in the state alone. */
function isScaffold(type: string): boolean {
  return type.startsWith("pulumi:") || type.startsWith("studygiveway:");
}

function changeOf(step: StepEventMetadata, op: Op, units: ReadonlySet<string>): Change {
  const parent = parentOf(step);
  const before = step.old?.inputs;
  const after = step.new?.inputs;
  return {
    op,
    kind: kinds[step.type] ?? "other",
    name: nameOf(step.urn),
    unit: units.has(parent) ? nameOf(parent) : undefined,
    fields: op === "update" || op === "replace" ? fieldsOf(step, before ?? {}, after ?? {}) : [],
    before,
    after,
  };
}

function parentOf(step: StepEventMetadata): string {
  return (step.new ?? step.old)?.parent ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
