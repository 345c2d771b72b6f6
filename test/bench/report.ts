import { type Idle } from "./containers.ts";
import { type Timeline } from "./timeline.ts";
import { median, type Operation, operations, type Timings } from "./timing.ts";

export interface Measured {
  readonly name: string;
  readonly timings: Timings;
  readonly idle: readonly Idle[];
  /** Of the fresh runs. */
  readonly timelines: readonly Timeline[];
}

export interface Budget {
  readonly subject: string;
  readonly got: number | undefined;
  readonly limit: number;
  readonly unit: string;
  readonly met: boolean;
}

const fastEnoughSeconds = 4;
const smallEnoughMb = 450;

/** What we aim at, of what was measured for us and for the other two; nothing fails when one is missed. */
export function budgets(ours: Measured, compose: Measured, stack: Measured): Budget[] {
  const seconds = ({ timings }: Measured, operation: Operation) => median(timings[operation] ?? []);
  const ratio = (to: Measured) => {
    const [own, other] = [seconds(ours, "fresh"), seconds(to, "fresh")];
    return own === undefined || other === undefined ? undefined : own / other;
  };
  const memory = median(ours.idle.map(({ memoryMb }) => memoryMb));
  return [
    budget("fresh, against docker compose up --wait", ratio(compose), 1.5, "x"),
    budget("fresh, against docker stack deploy --detach=false", ratio(stack), 0.5, "x"),
    budget("up that changes nothing", seconds(ours, "unchanged"), fastEnoughSeconds, "s"),
    budget("preview", seconds(ours, "preview"), fastEnoughSeconds, "s"),
    budget("memory of an idle release", memory, smallEnoughMb, "MB"),
  ];
}

function budget(subject: string, got: number | undefined, limit: number, unit: string): Budget {
  return { subject, got, limit, unit, met: got !== undefined && got <= limit };
}

const titles: Readonly<Record<Operation, string>> = {
  fresh: "fresh, until all are healthy",
  unchanged: "once more, nothing changed",
  preview: "preview",
  destroy: "destroy, until all are gone",
};

export function comparison(measured: readonly Measured[]): string {
  const cell = (seconds: readonly number[] | undefined) => {
    const middle = median(seconds ?? []);
    return middle === undefined ? "-" : `${middle.toFixed(1)} s`;
  };
  const rows = operations.map((operation) => [
    titles[operation],
    ...measured.map(({ timings }) => cell(timings[operation])),
  ]);
  const idle = (title: string, value: (one: Idle) => number, unit: string) => [
    title,
    ...measured.map((one) => {
      const middle = median(one.idle.map(value));
      return middle === undefined ? "-" : `${middle.toFixed(0)} ${unit}`;
    }),
  ];
  return table([
    ["", ...measured.map(({ name }) => name)],
    ...rows,
    idle("idle: memory, as docker stats has it", ({ memoryMb }) => memoryMb, "MB"),
    idle("idle: of it, no copies of files", ({ ownMemoryMb }) => ownMemoryMb, "MB"),
    idle("idle: processor, health checks included", ({ cpuPercent }) => cpuPercent, "% of one"),
  ]);
}

export function budgetTable(all: readonly Budget[]): string {
  return table([
    ["budget", "got", "aim", ""],
    ...all.map(({ subject, got, limit, unit, met }) => [
      subject,
      got === undefined ? "-" : `${got.toFixed(unit === "MB" ? 0 : 2)} ${unit}`,
      `<= ${limit} ${unit}`,
      met ? "met" : "missed",
    ]),
  ]);
}

/** The milestones of each tool's middle run, in seconds since its command was started. */
export function milestones(measured: readonly Measured[]): string {
  const middle = measured.map(({ timelines }) => middleRun(timelines));
  const row = (title: string, value: (one: Timeline) => number | undefined) => [
    title,
    ...middle.map((one) => moment(one && value(one))),
  ];
  return table([
    ["fresh, seconds since the command began", ...measured.map(({ name }) => name)],
    row("first object made", ({ firstObject }) => firstObject),
    row("last service made", ({ lastService }) => lastService),
    row("last container started", ({ lastStart }) => lastStart),
    row("last container healthy", ({ lastHealthy }) => lastHealthy),
    row("command at its end", ({ end }) => end),
  ]);
}

/** When each service of the middle run was started and found healthy, the last one at the end. */
export function services({ timelines }: Measured): string {
  return table([
    ["service", "started", "healthy", "containers"],
    ...(middleRun(timelines)?.services ?? []).map((one) => [
      one.service,
      moment(one.started),
      moment(one.healthy),
      String(one.containers),
    ]),
  ]);
}

function middleRun(timelines: readonly Timeline[]): Timeline | undefined {
  const sorted = timelines.toSorted((a, b) => a.end - b.end);
  return sorted[Math.ceil(sorted.length / 2) - 1];
}

function moment(seconds: number | undefined): string {
  return seconds === undefined ? "-" : seconds.toFixed(1);
}

/** The first column to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => (row[column] ?? "").length));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(width(0)) : cell.padStart(width(column))))
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}
