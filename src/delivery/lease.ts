import { setTimeout as sleep } from "node:timers/promises";
import { type Engine } from "../cluster/engine.ts";
import { type Environment, environments } from "../identity.ts";
import { endChildren, type Holder, isDead } from "./holder.ts";
import { Refused } from "./refused.ts";

const label = "studygiveway.lease";

/** What one deployer changes at a time. */
export type Leased = Environment | "platform";
const leased: readonly Leased[] = [...environments, "platform"];

/** A holder that has not been heard of for so long is taken for dead. */
export const expirySeconds = 30;
const heartbeatSeconds = 3;
/** A holder that could not make itself heard for so long stops by itself, well before another takes over. */
const fenceSeconds = 20;
const pollMs = 500;

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

interface Stored {
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

async function readLease(engine: Engine, environment: Leased) {
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

async function find(engine: Engine, environment: Leased): Promise<Stored | undefined> {
  const configs = (await engine.listConfigs({
    filters: { name: [leaseName(environment)] },
  })) as unknown as readonly {
    readonly ID: string;
    readonly Version: { readonly Index: number };
    readonly UpdatedAt: string;
    readonly Spec: { readonly Name: string; readonly Labels: Readonly<Record<string, string>> };
  }[];
  const config = configs.find(({ Spec }) => Spec.Name === leaseName(environment));
  if (config === undefined) return undefined;
  return { id: config.ID, version: config.Version.Index, labels: config.Spec.Labels, updatedAt: config.UpdatedAt };
}

function leaseName(environment: Leased): string {
  return `${label}.${environment}`;
}

interface Taking {
  /** How long to wait for another holder to end, in seconds. */
  readonly waitSeconds: number;
  readonly say: (text: string) => void;
}

/**
 * The right to change an environment: one Swarm config, whose labels change only from the version that was read, so of
 * two that want it one gets it. It is given back by emptying it and not by removing it: its successor could be removed.
 */
export class HeldLease {
  /** Whose lease this was, where it was taken over from one who died. */
  readonly dead: Lease | undefined;
  readonly #engine: Engine;
  readonly #environment: Leased;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #lost = new AbortController();
  #stored: Stored;
  #heardMs = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;

  private constructor(engine: Engine, environment: Leased, stored: Stored, dead: Lease | undefined) {
    this.#engine = engine;
    this.#environment = environment;
    this.#stored = stored;
    this.#labels = stored.labels;
    this.dead = dead;
    this.#beatLater();
  }

  /** Waits for whoever holds it, ends what a dead holder left running, and holds it until it is released. */
  static async take(engine: Engine, environment: Leased, holder: Holder, taking: Taking): Promise<HeldLease> {
    const deadline = Date.now() + taking.waitSeconds * 1000;
    let told = "";
    for (;;) {
      const found = await readLease(engine, environment);
      const held = found?.lease;
      if (held === undefined || held.isExpired) {
        const taken = await tryTake(engine, environment, holder, found?.stored);
        if (taken !== undefined) {
          if (held !== undefined) {
            taking.say(`takes the lease of ${environment} over from ${held.by}, which died`);
            await endChildren(held.holder);
          }
          return new HeldLease(engine, environment, taken, held);
        }
      } else {
        if (Date.now() > deadline) throw heldBy(held, taking.waitSeconds);
        if (told !== held.holder) taking.say(`waits for ${held.by}, who holds the lease of ${environment}`);
        told = held.holder;
      }
      await sleep(pollMs);
    }
  }

  /** Aborted when the lease is lost; whatever is under way has to stop then. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async release(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#beating;
    clearTimeout(this.#timer);
    if (this.#lost.signal.aborted) return;
    await change(this.#engine, this.#environment, this.#stored, {}).catch(() => undefined);
  }

  #beatLater(): void {
    this.#timer = setTimeout(() => {
      this.#beating = this.#beat();
    }, heartbeatSeconds * 1000);
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    try {
      const labels = { ...this.#labels, [`${label}.beat`]: String(Date.now()) };
      const stored = await change(this.#engine, this.#environment, this.#stored, labels);
      if (stored === undefined) {
        this.#lose("another deployer took it over");
        return;
      }
      this.#stored = stored;
      this.#heardMs = Date.now();
    } catch {
      if (Date.now() - this.#heardMs > fenceSeconds * 1000) {
        this.#lose("the Engine does not answer");
        return;
      }
    }
    this.#beatLater();
  }

  #lose(reason: string): void {
    this.#lost.abort(new Error(`the lease of ${this.#environment} is lost: ${reason}`));
  }
}

async function tryTake(engine: Engine, environment: Leased, holder: Holder, stored: Stored | undefined) {
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
  return find(engine, environment);
}

/** Undefined when somebody else was faster. */
async function change(engine: Engine, environment: Leased, { id, version }: Stored, labels: Stored["labels"]) {
  try {
    const Labels = { [label]: environment, ...labels };
    await engine.getConfig(id).update({ version, Name: leaseName(environment), Labels, Data: data(environment) });
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
  const { Version, UpdatedAt } = (await engine.getConfig(id).inspect()) as {
    Version: { Index: number };
    UpdatedAt: string;
  };
  return { id, version: Version.Index, labels, updatedAt: UpdatedAt };
}

function data(environment: Leased): string {
  return Buffer.from(environment).toString("base64");
}

/** Swarm says "update out of sequence" with the status of an error of its own. */
function isConflict(error: unknown): boolean {
  const { statusCode, message = "" } = error as { statusCode?: number; message?: string };
  return statusCode === 409 || /out of sequence|already exists/.test(message);
}

function heldBy({ environment, by, since, secondsSinceHeartbeat }: Lease, waitSeconds: number): Refused {
  return new Refused({
    path: `lease of ${environment}`,
    got: `${by} since ${since}, last heard of ${secondsSinceHeartbeat} s ago`,
    expected: `it to be free within ${waitSeconds} s`,
    remedy: "run the command again later; a holder that died is taken over from by itself",
  });
}
