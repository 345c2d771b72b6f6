import { type Entry, liveEntry, plainPriority } from "../../cluster/ledger.ts";
import { formLabel } from "../../cluster/labels.ts";
import { type OwnedService, type OwnedTask } from "../../cluster/objects.ts";
import { verdict, type Verdict } from "../../cluster/verdict.ts";
import { environments, hostOf, type Identity, tryParseStackName, urlOf } from "../../identity.ts";
import { stackOf } from "../course.ts";
import { type StackStatus } from "./schema.ts";

/** What the Swarm and the ledger say at one moment. */
interface Seen {
  readonly services: readonly OwnedService[];
  /** Of the newest forms. */
  readonly tasks: readonly OwnedTask[];
  /** Oldest first. */
  readonly ledger: readonly Entry[];
  readonly domain: string;
  readonly httpsPort: number;
  readonly now: number;
}

/** Every stack that has a service, and every release that the ledger calls live. */
export function stacksOf(seen: Seen): StackStatus[] {
  const byStack = Map.groupBy(seen.services, ({ stack }) => stack);
  for (const entry of liveEntries(seen.ledger)) {
    const stack = stackOf(entry);
    if (!byStack.has(stack)) byStack.set(stack, []);
  }
  const rows = [...byStack].map(([stack, services]) => rowOf(stack, services, seen));
  return rows.sort((a, b) => rank(a) - rank(b) || (a.pr ?? 0) - (b.pr ?? 0) || a.stack.localeCompare(b.stack));
}

function liveEntries(ledger: readonly Entry[]): Entry[] {
  return environments.flatMap(
    (environment) => liveEntry(ledger.filter((one) => one.environment === environment)) ?? [],
  );
}

function rank({ kind, environment }: StackStatus): number {
  const kinds = ["platform", "data", "release", "other"];
  return kinds.indexOf(kind) * 10 + (environment === null ? 0 : environments.indexOf(environment));
}

function rowOf(stack: string, services: readonly OwnedService[], seen: Seen): StackStatus {
  const identity = tryParseStackName(stack);
  const app = services.find(({ unit }) => unit === "daphne");
  const judged = services.map((service) => ({ service, state: judge(service, seen.tasks) }));
  const healthy = judged.filter(({ state }) => state.kind === "ready").length;
  const entry = liveEntries(seen.ledger).find((one) => stackOf(one) === stack);
  return {
    stack,
    kind: identity?.kind ?? "other",
    environment: identity === undefined || identity.kind === "platform" ? null : identity.environment,
    pr: identity?.kind === "release" ? identity.pr : null,
    url: identity === undefined ? null : stackUrl(identity, seen),
    ageSeconds: ageOf(services, seen.now),
    image: app?.image ?? entry?.image ?? null,
    generation: app?.generation ?? entry?.generation ?? null,
    role: identity?.kind === "release" && services.length > 0 ? roleOf(stack, identity, seen) : null,
    health: services.length === 0 ? "missing" : healthy === services.length ? "healthy" : "unhealthy",
    services: { wanted: services.length, healthy },
    troubles: judged.flatMap(({ service: { unit }, state }) => troubleOf(unit, state)),
    wentBack: services.filter(wentBack).map(({ unit }) => unit),
  };
}

function judge({ id, state }: OwnedService, tasks: readonly OwnedTask[]): Verdict {
  const own = tasks.filter(({ ServiceID }) => ServiceID === id);
  // Whatever form it has is taken for the one that was asked for; what was meant is known to the gate alone.
  return verdict(state, own, state.Spec.Labels?.[formLabel]);
}

function troubleOf(service: string, state: Verdict): StackStatus["troubles"] {
  switch (state.kind) {
    case "ready":
      return [];
    case "waiting":
      return [{ service, state: state.state }];
    case "failed":
      return [{ service, state: `failed: ${state.reason}` }];
  }
}

function wentBack({ state }: OwnedService): boolean {
  return state.UpdateStatus?.State?.startsWith("rollback") ?? false;
}

function ageOf(services: readonly OwnedService[], now: number): number | null {
  const oldest = Math.min(...services.flatMap(({ createdAt }) => createdAt ?? []));
  return Number.isFinite(oldest) ? Math.max(0, Math.round((now - oldest) / 1000)) : null;
}

function stackUrl(identity: Identity, { domain, httpsPort }: Pick<Seen, "domain" | "httpsPort">): string {
  const prefix = identity.kind === "platform" ? "traefik" : identity.kind === "data" ? "s3" : undefined;
  return urlOf(hostOf(identity, domain, prefix), httpsPort);
}

/** Among the releases that answer for one host Traefik asks the one with the highest priority. */
function roleOf(stack: string, identity: Identity, { services, domain }: Seen): "live" | "standby" {
  const host = hostOf(identity, domain);
  const rivals = services.filter((service) => {
    const other = tryParseStackName(service.stack);
    return service.unit === "nginx" && other?.kind === "release" && hostOf(other, domain) === host;
  });
  const own = rivals.find((service) => service.stack === stack);
  if (own === undefined) return "standby";
  return rivals.every((rival) => rival === own || priorityOf(rival) < priorityOf(own)) ? "live" : "standby";
}

function priorityOf({ stack, labels }: OwnedService): number {
  return Number(labels[`traefik.http.routers.${stack}-nginx.priority`] ?? plainPriority);
}
