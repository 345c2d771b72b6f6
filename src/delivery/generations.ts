import { type Engine } from "../cluster/engine.ts";
import {
  encodeFacts,
  type Entry,
  type Facts,
  ledgerName,
  type Progress,
  progressLabels,
  readRecords,
  type Recorded,
} from "../cluster/ledger.ts";
import { type Environment } from "../identity.ts";
import { wasLive } from "./admission.ts";

/** So many generations of an environment are remembered; what still runs is never forgotten. */
const remembered = 100;
const longestReason = 500;

type Opening = Omit<Facts, "environment" | "generation" | "origin" | "began"> & {
  readonly priority: number;
  /** The generation a rollback brings back. */
  readonly origin?: number;
};

/** The ledger of one environment, for whoever holds its lease. */
export class Generations {
  readonly #engine: Engine;
  readonly #environment: Environment;
  #records: Recorded[] = [];

  private constructor(engine: Engine, environment: Environment) {
    this.#engine = engine;
    this.#environment = environment;
  }

  static async read(engine: Engine, environment: Environment): Promise<Generations> {
    const generations = new Generations(engine, environment);
    await generations.refresh();
    return generations;
  }

  async refresh(): Promise<void> {
    this.#records = await readRecords(this.#engine, this.#environment);
  }

  /** Oldest first. */
  get entries(): readonly Entry[] {
    return this.#records.map(({ entry }) => entry);
  }

  /** Begins the next generation. */
  async open({ priority, origin, ...known }: Opening): Promise<Entry> {
    const now = new Date().toISOString();
    const generation = (this.entries.at(-1)?.generation ?? 0) + 1;
    const environment = this.#environment;
    const facts: Facts = { ...known, environment, generation, origin: origin ?? generation, began: now };
    const progress: Progress = { step: "deploy", outcome: "going", priority, changed: now };
    await this.#engine.createConfig({
      Name: ledgerName(environment, generation),
      Labels: progressLabels(environment, progress),
      Data: encodeFacts(facts),
    });
    await this.refresh();
    return { ...facts, ...progress };
  }

  /** Writes down how far a generation has come. */
  async move(generation: number, change: Partial<Omit<Progress, "changed">>): Promise<Entry> {
    const record = this.#records.find(({ entry }) => entry.generation === generation);
    if (record === undefined) throw new Error(`generation ${generation} of ${this.#environment} is not in the ledger`);
    const { step, outcome, priority, reason } = { ...record.entry, ...change };
    const progress: Progress = {
      step,
      outcome,
      priority,
      ...(reason !== undefined && { reason: reason.slice(0, longestReason) }),
      changed: new Date().toISOString(),
    };
    const config = this.#engine.getConfig(record.id);
    // Nothing but labels may change, and only from the version that was read.
    await config.update({
      version: record.version,
      Name: ledgerName(this.#environment, generation),
      Labels: progressLabels(this.#environment, progress),
      Data: record.data,
    });
    await this.refresh();
    return { ...record.entry, ...progress };
  }

  /** Writes down that nothing of a release runs any more. What users never reached is no form to go back to. */
  async bury(pr: number): Promise<void> {
    for (const entry of this.entries) {
      const isOver = entry.outcome === "failed" || entry.outcome === "destroyed";
      if (entry.pr !== pr || (isOver && entry.step === "done")) continue;
      const fate = wasLive(entry)
        ? ({ outcome: "destroyed" } as const)
        : ({ outcome: "failed", reason: entry.reason ?? "destroyed before it was live" } as const);
      await this.move(entry.generation, { ...fate, step: "done" });
    }
  }

  /** Forgets the oldest generations of which nothing runs; the newest of each pull request is its tombstone. */
  async prune(): Promise<void> {
    const newest = new Map(this.entries.map(({ pr, generation }) => [pr, generation]));
    const greatest = Math.max(...newest.keys(), 0);
    const needed = (entry: Entry) =>
      entry.outcome === "live" ||
      entry.outcome === "going" ||
      entry.outcome === "replaced" ||
      // Every lower number is refused for being older than this one.
      entry.pr === greatest;
    const old = this.#records.slice(0, -remembered).filter(({ entry }) => !needed(entry));
    for (const { id } of old) await this.#engine.getConfig(id).remove();
    if (old.length > 0) await this.refresh();
  }
}
