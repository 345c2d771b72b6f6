/** How Docker finds out whether a container works. */
export interface Health {
  /** A command, or a line for the image's shell. */
  readonly test: readonly string[] | string;
  /** Failures do not count for this long after the start, in seconds. */
  readonly startSeconds: number;
  /** Seconds between two tries; the first comes after one interval. */
  readonly intervalSeconds: number;
}

/** Swarm replaces a task after this many failures in a row. */
const retries = 5;

export function healthcheck({ test, startSeconds, intervalSeconds }: Health) {
  return {
    tests: typeof test === "string" ? ["CMD-SHELL", test] : ["CMD", ...test],
    interval: duration(intervalSeconds),
    timeout: "5s",
    retries,
    startPeriod: duration(startSeconds),
  };
}

/** Seconds as the provider prints them back: any other spelling of the same time would be a difference for ever. */
export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return [minutes > 0 ? `${minutes}m` : "", rest > 0 || minutes === 0 ? `${rest}s` : ""].join("");
}
