import { type Engine } from "../cluster/engine.ts";
import { type Environment, environments, type Identity } from "../identity.ts";
import { type Holder, isDead } from "./holder.ts";

/** Before the names of its labels. */
export const label = "studygiveway.lease";

/** What one deployer changes at a time. */
export type Leased = Environment | "platform";
const leased: readonly Leased[] = [...environments, "platform"];

/** Who else changes a stack at the same time is kept away by this lease. */
export function leaseOf(identity: Identity): Leased {
  return identity.kind === "platform" ? "platform" : identity.environment;
}

/** A holder that has not been heard of for so long is taken for dead. */
export const expirySeconds = 30;

/** Who may change an environment, as everybody sees it. */
export interface Lease {
  readonly environment: Leased;
  readonly holder: string;
  readonly by: string;
  readonly process: string;
  readonly since: string;
  readonly secondsSinceHeartbeat: number;
  /** The holder is dead, or has not been heard of for too long. */
  readonly isExpired: boolean;
}

export interface Stored {
  readonly id: string;
  readonly version: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly updatedAt: string;
}

/** The leases that are held. */
export async function readLeases(engine: Engine): Promise<Lease[]> {
  const found = await Promise.all(leased.map((environment) => readLease(engine, environment)));
  return found.flatMap((lease) => lease?.lease ?? []);
}

export async function readLease(engine: Engine, environment: Leased) {
  const stored = await find(engine, environment);
  if (stored === undefined) return undefined;
  const holder = stored.labels[`${label}.holder`] ?? "";
  if (holder === "") return { stored, lease: undefined };
  // By the clock of the Engine, which wrote it, and never by that of another deployer.
  const { SystemTime } = (await engine.info()) as { SystemTime: string };
  const secondsSinceHeartbeat = Math.max(0, (Date.parse(SystemTime) - Date.parse(stored.updatedAt)) / 1000);
  const process = stored.labels[`${label}.process`] ?? "";
  const lease: Lease = {
    environment,
    holder,
    by: stored.labels[`${label}.by`] ?? "",
    process,
    since: stored.labels[`${label}.since`] ?? "",
    secondsSinceHeartbeat: Math.round(secondsSinceHeartbeat),
    isExpired: secondsSinceHeartbeat > expirySeconds || isDead(process),
  };
  return { stored, lease };
}

interface SwarmConfig {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly UpdatedAt: string;
  readonly Spec: { readonly Name: string; readonly Labels: Readonly<Record<string, string>> };
}

export async function find(engine: Engine, environment: Leased): Promise<Stored | undefined> {
  const configs = (await engine.listConfigs({
    filters: { name: [leaseName(environment)] },
  })) as unknown as readonly SwarmConfig[];
  const config = configs.find(({ Spec }) => Spec.Name === leaseName(environment));
  if (config === undefined) return undefined;
  return { id: config.ID, version: config.Version.Index, labels: config.Spec.Labels, updatedAt: config.UpdatedAt };
}

function leaseName(environment: Leased): string {
  return `${label}.${environment}`;
}

/** Undefined when somebody else was faster. */
export async function tryTake(engine: Engine, environment: Leased, holder: Holder, stored: Stored | undefined) {
  const labels = {
    [label]: environment,
    [`${label}.holder`]: holder.id,
    [`${label}.by`]: holder.by,
    [`${label}.process`]: holder.process,
    [`${label}.since`]: new Date().toISOString(),
  };
  if (stored !== undefined) return change(engine, environment, stored, labels);
  try {
    await engine.createConfig({ Name: leaseName(environment), Labels: labels, Data: data(environment) });
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
  // Whoever was stopped in between may find a successor's.
  const created = await find(engine, environment);
  return created?.labels[`${label}.holder`] === holder.id ? created : undefined;
}

/** Undefined when somebody else was faster, before the change or right after it. */
export async function change(engine: Engine, environment: Leased, { id, version }: Stored, labels: Stored["labels"]) {
  try {
    const Labels = { [label]: environment, ...labels };
    await engine.getConfig(id).update({ version, Name: leaseName(environment), Labels, Data: data(environment) });
    const { Version, UpdatedAt, Spec } = (await engine.getConfig(id).inspect()) as SwarmConfig;
    const isOurs = Spec.Labels[`${label}.holder`] === labels[`${label}.holder`];
    return isOurs ? { id, version: Version.Index, labels, updatedAt: UpdatedAt } : undefined;
  } catch (error) {
    if (isConflict(error) || isMissing(error)) return undefined;
    throw error;
  }
}

function data(environment: Leased): string {
  return Buffer.from(environment).toString("base64");
}

/** Swarm says "update out of sequence" with the status of an error of its own. */
function isConflict(error: unknown): boolean {
  const { statusCode, message = "" } = error as { statusCode?: number; message?: string };
  return statusCode === 409 || /out of sequence|already exists/.test(message);
}

function isMissing(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404;
}
