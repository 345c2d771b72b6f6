/** How Docker finds out whether a container works. */
export interface Health {
  /** A command, or a line for the image's shell; ends with 0 when all is well, and is given its time by Docker alone. */
  readonly test: readonly string[] | string;
  /** What has to hold once, before it counts as started, where that is more than being alive. Default: the test. */
  readonly startTest?: readonly string[] | string;
  /** Failures do not count for this long after the start, in seconds; the first success ends it. */
  readonly startSeconds: number;
  /** Seconds between two tries once it has worked. */
  readonly everySeconds: number;
}

/** Asks whether a GET succeeds, in an image that has curl. */
export function byCurl(url: string): readonly string[] {
  return ["curl", "-fsS", "-o", "/dev/null", url];
}

/** Asks whether a GET succeeds, in an image that has no curl but wget, or BusyBox. */
export function byWget(url: string): readonly string[] {
  return ["wget", "-q", "-O", "/dev/null", url];
}

/** Swarm replaces a task after this many failures in a row. */
const retries = 4;
/**
 * The longest one try may take. A service that is gone refuses at once, and is replaced after four tries all the same;
 * one that is slow under load would be killed with all it is about to answer, and the rest be slower still.
 */
const tryTimeoutSeconds = 20;

/**
 * Docker tries for the first time after one interval, and has no other pace for the start before Engine 25. So the
 * interval is one second, and a try that follows a success begins with a sleep: a new task is known to work at once,
 * and an idle one costs next to nothing. An exec every second would cost a core for some ten services.
 */
export function healthcheck({ test, startTest = test, startSeconds, everySeconds }: Health) {
  const later = `sleep ${everySeconds}; ${line(test)}`;
  return {
    tests: ["CMD-SHELL", `if [ -e ${worked} ]; then ${later}; else ${line(startTest)}; fi && : > ${worked}`],
    interval: "1s",
    timeout: duration(everySeconds + tryTimeoutSeconds),
    retries,
    startPeriod: duration(startSeconds),
  };
}

/** Every container has a /dev/shm of its own that can be written to, read-only root or not. */
const worked = "/dev/shm/.worked";

function line(test: readonly string[] | string): string {
  return typeof test === "string" ? test : test.map(quoted).join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Seconds as the provider prints them back: any other spelling of the same time would be a difference for ever. */
export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return [minutes > 0 ? `${minutes}m` : "", rest > 0 || minutes === 0 ? `${rest}s` : ""].join("");
}
