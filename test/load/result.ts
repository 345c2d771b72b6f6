import { type Plan, type Subject } from "./plan.ts";

export interface Count {
  readonly sent: number;
  readonly ok: number;
  readonly lost: number;
}

export interface SubjectResult extends Count {
  /** How many were lost for each reason: `status 502`, `ECONNRESET`, `timeout`. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Of those that are ok, from the moment they were due. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Moments are milliseconds since the epoch. */
export interface ReleaseResult {
  readonly answers: number;
  readonly firstAnswer: number;
  readonly lastAnswer: number;
}

/** A quick request was answered by another release than the quick one before. */
export interface Change {
  readonly at: number;
  readonly from: string;
  readonly to: string;
}

export interface Loss {
  readonly subject: Subject;
  readonly reason: string;
  readonly release: string;
  /** When it was due. */
  readonly due: number;
}

/** What is known while the load goes on. */
export interface Counters extends Count {
  readonly seconds: number;
  /** HTTP requests sent, a part of what is sent. */
  readonly requests: number;
  readonly pending: number;
  /** The release that answered last. */
  readonly release: string;
  /** Right answers of each release. */
  readonly releases: Readonly<Record<string, number>>;
  /** The newest, ten at most. */
  readonly losses: readonly Loss[];
}

export interface LoadResult extends Count {
  readonly plan: Plan;
  /** Milliseconds since the epoch. */
  readonly began: number;
  /** Until it was known what became of every one. */
  readonly seconds: number;
  /** Until the last was sent. */
  readonly sendingSeconds: number;
  readonly requests: number;
  /** WebSockets that were told to come back elsewhere, with 1012. */
  readonly restarts: number;
  /** The longest that a request went out after its time. */
  readonly behindMs: number;
  /** Processor time of the generator. */
  readonly cpuSeconds: number;
  readonly subjects: Readonly<Record<Subject, SubjectResult>>;
  /** Answers without the header are those of the release `none`. */
  readonly releases: Readonly<Record<string, ReleaseResult>>;
  /** The first thousand. */
  readonly changes: readonly Change[];
  readonly losses: readonly Loss[];
  /** For each second of the load, by when they were due. */
  readonly timeline: Readonly<Record<"sent" | "lost" | "behindMs", readonly number[]>>;
}
