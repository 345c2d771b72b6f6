import { type StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { type Inputs, leaves, masked, serviceInputs, unknownValue } from "./inputs.ts";

/** One thing about a resource that changes. Values are told only where they can hold no secret. */
export interface Field {
  readonly name: string;
  /** Does Swarm have to make new tasks for it? */
  readonly isOfTask: boolean;
  readonly from?: string;
  readonly to?: string;
}

/** Labels whose values are told: where a route leads and which release it prefers. */
const tellable = /^(?:traefik\.http\.(?:routers|services)\.|studygiveway\.generation$)/;
/** Follows from the fields it is a digest of. */
const form = "studygiveway.form";

/** The differences between what was last asked for and what is asked for now. */
export function fieldsOf(step: Pick<StepEventMetadata, "diffs" | "detailedDiff">, before: Inputs, after: Inputs) {
  const [old, now] = [leaves(before), leaves(after)];
  const named = new Set([...(step.diffs ?? []), ...Object.keys(step.detailedDiff ?? {})]);
  // Of two masked values the engine alone knows whether they differ.
  const differ = (path: string) =>
    old.get(path) !== now.get(path) || (old.get(path) === masked && named.has(path.replaceAll(" ", ".")));
  const paths = [...new Set([...old.keys(), ...now.keys()])].filter(differ);
  const own = isAutonamed(after) ? paths.filter((path) => path !== "name") : paths;
  const fields = unique([...serviceFields(before, after), ...own.flatMap((path) => fieldAt(path, old, now))]);
  return fields.length > 0 ? fields : drift(step);
}

/** Pulumi gives every new secret, config and network a name of its own. */
function isAutonamed({ __defaults: defaults }: Inputs): boolean {
  return Array.isArray(defaults) && defaults.includes("name");
}

function serviceFields(before: Inputs, after: Inputs): Field[] {
  const [old, now] = [serviceInputs(before), serviceInputs(after)];
  const pair = (name: string, isOfTask: boolean, from: unknown, to: unknown): Field[] =>
    from === to ? [] : [{ name, isOfTask, from: shown(from), to: shown(to) }];
  return [
    ...pair("image", true, old.image, now.image),
    ...pair("replicas", false, old.replicas, now.replicas),
    ...[...new Set([...old.volumes.keys(), ...now.volumes.keys()])].flatMap((path) =>
      pair(`volume at ${path}`, true, old.volumes.get(path), now.volumes.get(path)),
    ),
  ];
}

function fieldAt(path: string, old: ReadonlyMap<string, unknown>, now: ReadonlyMap<string, unknown>): Field[] {
  const [head = "", ...rest] = path.split(" ");
  if (head === "labels") return labelField(rest.join(" "), old.get(path), now.get(path));
  if (path === "mode replicated replicas" || path === "taskSpec containerSpec image") return [];
  const isOfTask = head === "taskSpec" || head === "endpointSpec";
  const inner = path.replace(/^taskSpec (?:containerSpec )?/, "").split(" ");
  const [what = "", which = ""] = inner;
  // A new file has a new name and id; which file it is, is what tells.
  if (what === "secrets" || what === "configs") return [{ name: `${what.slice(0, -1)} ${which}`, isOfTask }];
  if (what === "mounts" && inner.at(-1) === "source") return [];
  if (what === "env") return [{ name: `env ${which}`, isOfTask }];
  if (what === "networksAdvanceds") return [{ name: "networks", isOfTask }];
  return [{ name: inner.filter((word) => !/^\d+$/.test(word)).join("."), isOfTask }];
}

function labelField(label: string, from: unknown, to: unknown): Field[] {
  if (label === form) return [];
  const values = tellable.test(label) ? { from: shown(from), to: shown(to) } : {};
  return [{ name: `label ${label}`, isOfTask: false, ...values }];
}

/** The program asks for the same as before, so it is the Swarm that is another than it was. */
function drift({ diffs, detailedDiff }: Pick<StepEventMetadata, "diffs" | "detailedDiff">): Field[] {
  const paths = Object.keys(detailedDiff ?? Object.fromEntries((diffs ?? []).map((path) => [path, path]))).filter(
    (path) => !imagined.test(path),
  );
  const names = paths.map((path) => path.replace(/^taskSpec\.(?:containerSpec\.)?/, "").replaceAll(/\[\d+\]/g, ""));
  return unique(names.map((name) => ({ name: `${name} (changed outside)`, isOfTask: true })));
}

/** What the provider lists with every change of a service, though nothing about it changes. */
const imagined = /^taskSpec\.containerSpec\.(?:sysctl|env)$|^labels(?:\[\d+\])?$/;

function shown(value: unknown): string {
  if (value === undefined || value === null) return "none";
  if (value === unknownValue) return "known later";
  const isPlain = typeof value === "string" || typeof value === "number";
  return isPlain ? String(value).replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, "$1") : "a value";
}

function unique(fields: readonly Field[]): Field[] {
  return [...new Map(fields.map((field) => [field.name, field])).values()];
}
