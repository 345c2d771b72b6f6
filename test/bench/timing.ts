/** What is done to a release, and timed. */
export const operations = ["fresh", "unchanged", "preview", "destroy"] as const;
export type Operation = (typeof operations)[number];

/** The seconds of every run. */
export type Timings = Readonly<Partial<Record<Operation, readonly number[]>>>;

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}
