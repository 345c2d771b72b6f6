import { setTimeout as sleep } from "node:timers/promises";
import { type Engine } from "../cluster/engine.ts";
import { endChildren, type Holder, machineOf, isDead } from "./holder.ts";
import { type Context } from "./context.ts";
import { change, find, label, type Lease, type Leased, readLease, type Stored, tryTake } from "./lease.ts";
import { Refused } from "./refused.ts";

const heartbeatSeconds = 3;
/** A holder that could not make itself heard for so long stops by itself, well before another takes over. */
const fenceSeconds = 20;
const pollMs = 500;
const releaseMs = 5000;
/** How long another deployer of the same environment is waited for, in seconds; longer than a promotion takes. */
export const leaseWaitSeconds = 900;

interface Taking {
  /** How long to wait for another holder to end, in seconds. */
  readonly waitSeconds: number;
  readonly say: (text: string) => void;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
  /** How long nothing must have been heard of an expired holder, by our own clock. Default: three heartbeats. */
  readonly watchSeconds?: number;
}

/** Another deployer may have the environment by now: whatever was under way was left to it. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
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
  /** When the last heartbeat that was taken began. */
  #heardMs: number;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;

  private constructor(
    engine: Engine,
    environment: Leased,
    stored: Stored,
    { dead, heardMs }: { dead: Lease | undefined; heardMs: number },
  ) {
    this.#engine = engine;
    this.#environment = environment;
    this.#stored = stored;
    this.#labels = stored.labels;
    this.dead = dead;
    this.#heardMs = heardMs;
    this.#beatLater();
  }

  /** Waits for whoever holds it, ends what a dead holder left running, and holds it until it is released. */
  static async take(engine: Engine, environment: Leased, holder: Holder, taking: Taking): Promise<HeldLease> {
    const deadline = Date.now() + taking.waitSeconds * 1000;
    const watched = { version: 0, sinceMs: 0 };
    let told = "";
    for (;;) {
      taking.signal?.throwIfAborted();
      const found = await readLease(engine, environment);
      const held = found?.lease;
      const version = found?.stored.version ?? 0;
      if (watched.version !== version) Object.assign(watched, { version, sinceMs: Date.now() });
      if (held === undefined || isGone(held, watched.sinceMs, taking)) {
        const asked = Date.now();
        const taken = await tryTake(engine, environment, holder, found?.stored);
        if (taken !== undefined) {
          const lease = new HeldLease(engine, environment, taken, { dead: held, heardMs: asked });
          if (held !== undefined) {
            taking.say(`takes the lease of ${environment} over from ${held.by}, which died`);
            await endChildren(held.holder);
          }
          return lease;
        }
      } else {
        // One that seems to be dead is watched to the end, even by who would not wait for a living one.
        const watchMs = held.isExpired ? (taking.watchSeconds ?? watchSeconds) * 1000 : 0;
        if (Date.now() > deadline + watchMs) throw heldBy(held, taking.waitSeconds);
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
    // The Engine may never answer.
    await Promise.race([this.#beating, sleep(releaseMs, undefined, { ref: false })]);
    clearTimeout(this.#timer);
    if (this.#lost.signal.aborted) return;
    const emptied = change(this.#engine, this.#environment, this.#stored, {}).catch(() => undefined);
    await Promise.race([emptied, sleep(releaseMs, undefined, { ref: false })]);
  }

  #beatLater(): void {
    this.#timer = setTimeout(() => {
      this.#beating = this.#beat();
    }, heartbeatSeconds * 1000);
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    const left = fenceSeconds * 1000 - (Date.now() - this.#heardMs);
    // A process that was stopped for so long must not go on for a moment more.
    if (left <= 0) {
      this.#lose("nothing was heard of this process for too long");
      return;
    }
    const fence = setTimeout(() => {
      this.#lose("the Engine does not answer");
    }, left);
    fence.unref();
    try {
      await this.#makeHeard();
    } catch {
      // Tried again until the fence.
    } finally {
      clearTimeout(fence);
    }
    if (!this.#lost.signal.aborted) this.#beatLater();
  }

  async #makeHeard(): Promise<void> {
    const asked = Date.now();
    const labels = { ...this.#labels, [`${label}.beat`]: String(asked) };
    const changed = await change(this.#engine, this.#environment, this.#stored, labels);
    // The answer to an earlier heartbeat may have been lost; then the version is another, and the holder the same.
    const stored = changed ?? (await find(this.#engine, this.#environment));
    const holder = `${label}.holder`;
    if (stored === undefined || stored.labels[holder] !== this.#labels[holder]) {
      this.#lose("another deployer took it over");
      return;
    }
    this.#stored = stored;
    // What was found was written at an unknown time before.
    if (changed !== undefined) this.#heardMs = asked;
  }

  #lose(reason: string): void {
    this.#lost.abort(new LeaseLostError(`the lease of ${this.#environment} is lost: ${reason}`));
  }
}

/** Runs with a lease; the work has to stop when the signal aborts. */
export async function withLease<T>(
  {
    engine,
    workspace,
    holder,
    progress,
    interrupted,
  }: Pick<Context, "engine" | "workspace" | "holder" | "progress" | "interrupted">,
  leased: Leased,
  waitSeconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const say = progress.say.bind(undefined, "lease");
  const lease = await HeldLease.take(engine, leased, holder, { waitSeconds, signal: interrupted, say });
  const { dead } = lease;
  if (dead !== undefined) workspace.succeed({ host: machineOf(dead.process), since: new Date(dead.since) });
  try {
    return await work(AbortSignal.any([lease.lost, interrupted]));
  } finally {
    await lease.release();
  }
}

const watchSeconds = 3 * heartbeatSeconds + 1;

/** Known to be dead; or expired by the clock of the Engine, and silent for a while by ours, since clocks differ. */
function isGone({ process, isExpired }: Lease, sinceMs: number, taking: Taking): boolean {
  return isDead(process) || (isExpired && Date.now() - sinceMs >= (taking.watchSeconds ?? watchSeconds) * 1000);
}

function heldBy({ environment, by, since, secondsSinceHeartbeat }: Lease, waitSeconds: number): Refused {
  return new Refused({
    path: `lease of ${environment}`,
    got: `${by} since ${since}, last heard of ${secondsSinceHeartbeat} s ago`,
    expected: `it to be free within ${waitSeconds} s`,
    remedy: "run the command again later; a holder that died is taken over from by itself",
  });
}
