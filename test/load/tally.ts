import { type Plan, requests, type Subject, titles } from "./plan.ts";
import { type Change, type Count, type Counters, type LoadResult, type Loss, type SubjectResult } from "./result.ts";

/** What became of one that was sent: lost for a reason, or answered as it should be. */
export interface Verdict {
  readonly lost?: string;
  /** The header X-Release of the answer. */
  readonly release?: string | undefined;
  /** When it was answered, where that is not now. */
  readonly at?: number;
}

/** Milliseconds since the epoch that never go backwards. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

const listed = 1000;

interface Account {
  sent: number;
  lost: number;
  readonly latencies: number[];
  readonly reasons: Map<string, number>;
}

/** Counts what is sent and what becomes of it, each exactly once. */
export class Tally {
  readonly began: number;
  restarts = 0;
  private readonly accounts = new Map<Subject, Account>();
  private readonly releases = new Map<string, { answers: number; firstAnswer: number; lastAnswer: number }>();
  private readonly changes: Change[] = [];
  private readonly losses: Loss[] = [];
  private readonly sentIn: number[] = [];
  private readonly lostIn: number[] = [];
  private readonly behindIn: number[] = [];
  private release = "";
  private open = 0;
  private lastSent: number;

  constructor(began = now()) {
    this.began = began;
    this.lastSent = began;
    for (const subject of Object.keys(titles) as Subject[])
      this.accounts.set(subject, { sent: 0, lost: 0, latencies: [], reasons: new Map() });
  }

  get pending(): number {
    return this.open;
  }

  /** What was due then goes out so much later. */
  delay(due: number, milliseconds: number): void {
    const second = this.secondOf(due);
    this.behindIn[second] = Math.max(this.behindIn[second] ?? 0, milliseconds);
  }

  /** Counts one as sent. The first verdict that the returned function is given holds; it returns whether this was it. */
  send(subject: Subject, due = now()): (verdict: Verdict) => boolean {
    const account = this.account(subject);
    account.sent++;
    this.open++;
    this.lastSent = now();
    increase(this.sentIn, this.secondOf(due));
    let isOpen = true;
    return (verdict) => {
      if (!isOpen) return false;
      isOpen = false;
      this.open--;
      if (verdict.lost === undefined) this.succeed(subject, due, verdict);
      else this.lose(subject, due, verdict.lost, verdict.release ?? "none");
      return true;
    };
  }

  private succeed(subject: Subject, due: number, { release: named, at = now() }: Verdict): void {
    this.account(subject).latencies.push(at - due);
    // Traefik adds no header to the answer that opens a WebSocket.
    if (named === undefined && !(subject in requests)) return;
    const release = named ?? "none";
    const known = this.releases.get(release);
    if (known === undefined) this.releases.set(release, { answers: 1, firstAnswer: at, lastAnswer: at });
    else {
      known.answers++;
      known.firstAnswer = Math.min(known.firstAnswer, at);
      known.lastAnswer = Math.max(known.lastAnswer, at);
    }
    // One that takes long is answered by who was asked before a switch.
    if (!(subject in requests && requests[subject as keyof typeof requests].isQuick)) return;
    if (this.release !== "" && this.release !== release && this.changes.length < listed)
      this.changes.push({ at, from: this.release, to: release });
    this.release = release;
  }

  private lose(subject: Subject, due: number, reason: string, release: string): void {
    const account = this.account(subject);
    account.lost++;
    account.reasons.set(reason, (account.reasons.get(reason) ?? 0) + 1);
    increase(this.lostIn, this.secondOf(due));
    if (this.losses.length < listed) this.losses.push({ subject, reason, release, due });
  }

  private account(subject: Subject): Account {
    const account = this.accounts.get(subject);
    if (account === undefined) throw new Error(`there is no account of ${subject}`);
    return account;
  }

  private secondOf(due: number): number {
    return Math.max(0, Math.floor((due - this.began) / 1000));
  }

  private total(subjects: Iterable<Subject> = this.accounts.keys()): Count {
    const accounts = [...subjects].map((subject) => this.account(subject));
    const sum = (value: (account: Account) => number) => accounts.reduce((total, one) => total + value(one), 0);
    return {
      sent: sum(({ sent }) => sent),
      ok: sum(({ latencies }) => latencies.length),
      lost: sum(({ lost }) => lost),
    };
  }

  private get requests(): number {
    return this.total(Object.keys(requests) as Subject[]).sent;
  }

  counters(): Counters {
    return {
      ...this.total(),
      seconds: (now() - this.began) / 1000,
      requests: this.requests,
      pending: this.open,
      release: this.release,
      releases: Object.fromEntries([...this.releases].map(([name, { answers }]) => [name, answers])),
      losses: this.losses.slice(-10),
    };
  }

  result(plan: Plan, cpuSeconds: number): LoadResult {
    const total = this.total();
    if (total.ok + total.lost !== total.sent || this.open !== 0) {
      throw new Error(`of ${total.sent} that were sent ${total.ok} are ok, ${total.lost} lost and ${this.open} open`);
    }
    const behindMs = filled(this.behindIn, this.sentIn.length);
    return {
      ...{ plan, ...total, requests: this.requests, began: this.began },
      ...{ seconds: (now() - this.began) / 1000, sendingSeconds: (this.lastSent - this.began) / 1000 },
      ...{ restarts: this.restarts, behindMs: Math.max(0, ...behindMs), cpuSeconds },
      subjects: Object.fromEntries([...this.accounts].map(([name, one]) => [name, summary(one)])) as Record<
        Subject,
        SubjectResult
      >,
      releases: Object.fromEntries(this.releases),
      changes: this.changes,
      losses: this.losses,
      timeline: { sent: filled(this.sentIn), lost: filled(this.lostIn, this.sentIn.length), behindMs },
    };
  }
}

function increase(counts: number[], index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}

function filled(counts: readonly number[], length = counts.length): number[] {
  return Array.from({ length }, (_, index) => counts[index] ?? 0);
}

function summary({ sent, lost, latencies, reasons }: Account): SubjectResult {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return {
    ...{ sent, ok: latencies.length, lost, reasons: Object.fromEntries(reasons) },
    ...{ p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) },
  };
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
