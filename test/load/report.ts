import { type Played } from "./episodes.ts";
import { type Subject, titles } from "./plan.ts";
import { type LoadResult } from "./result.ts";

/** What became of what was sent, as a table of Markdown with the totals below it. */
export function summaryTable(result: LoadResult): string {
  const { subjects, releases, sent, ok, lost, restarts, plan, behindMs } = result;
  const { requests, sendingSeconds, cpuSeconds, seconds } = result;
  const rows = (Object.keys(titles) as Subject[]).map((subject) => {
    const { reasons, ...one } = subjects[subject];
    const why = Object.entries(reasons).map(([reason, count]) => `${reason}: ${count}`);
    return [
      ...[titles[subject], one.sent, one.ok, one.lost, one.p50Ms, one.p99Ms, one.maxMs].map(String),
      why.join(", "),
    ];
  });
  const heading = ["what", "sent", "ok", "lost", "p50 ms", "p99 ms", "max ms", "reasons"];
  const total = ["all", ...[sent, ok, lost].map(String), "", "", "", ""];
  const answers = Object.entries(releases).map(([release, { answers }]) => `${release} ${answers}`);
  return [
    markdown([heading, ...rows, total]),
    "",
    `${requests} requests in ${sendingSeconds.toFixed(0)} s, ${plan.rate} a second, open loop. ` +
      `${restarts} WebSockets told to come back elsewhere.`,
    `Answers: ${answers.join(", ") || "none"}.`,
    `The generator: ${behindMs.toFixed(0)} ms late at most, ${((100 * cpuSeconds) / seconds).toFixed(0)} % of a processor.`,
  ].join("\n");
}

/** One line for each thing that was done under load, and below them why one failed. */
export function episodeTable(played: readonly Played[]): string {
  const heading = [
    ...["episode", "from s", "seconds", "sent", "lost"],
    ...["late ms", "release before", "after", "switch s", ""],
  ];
  const rows = played.map((one) => [
    ...[one.name, one.from.toFixed(1), (one.to - one.from).toFixed(1), String(one.sent), String(one.lost)],
    ...[one.behindMs.toFixed(0), one.before, one.after, one.switchSeconds?.toFixed(2) ?? "-"],
    one.error === undefined ? "" : "failed",
  ]);
  const errors = played.flatMap(({ name, error }) => (error === undefined ? [] : [`\n${name} failed:\n${error}`]));
  return [markdown([heading, ...rows]), ...errors].join("\n");
}

/** Numbers stand to the right. */
export function markdown([heading = [], ...rows]: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(3, ...[heading, ...rows].map((row) => (row[column] ?? "").length));
  const isNumber = (column: number) => rows.every((row) => /^[\d.-]*$/.test(row[column] ?? ""));
  const line = (row: readonly string[]) =>
    `| ${row
      .map((cell, column) => {
        const text = cell.replaceAll("|", "/");
        return isNumber(column) ? text.padStart(width(column)) : text.padEnd(width(column));
      })
      .join(" | ")} |`;
  const rule = heading.map((_, column) => "-".repeat(width(column) - 1) + (isNumber(column) ? ":" : "-"));
  return [line(heading), line(rule), ...rows.map(line)].join("\n");
}
