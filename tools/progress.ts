/** Says what is going on, one line for each thing, with the seconds since the beginning; on stderr, because results go to stdout. */
export interface Progress {
  readonly say: (subject: string, text: string) => void;
  /** Runs one part of the work; says so now and then while it is silent, and at the end how long it took. */
  readonly step: <T>(subject: string, work: (say: (text: string) => void) => Promise<Outcome<T>>) => Promise<T>;
  readonly seconds: () => number;
}

/** What a step made, and how to say it. */
interface Outcome<T> {
  readonly value: T;
  readonly said: string;
}

const silenceSeconds = 20;

export function createProgress(
  write: (line: string) => void = (line) => process.stderr.write(line),
  now = Date.now,
): Progress {
  const started = now();
  const seconds = (since = started) => Math.round((now() - since) / 1000);
  const say = (subject: string, text: string) => {
    write(`[${String(seconds()).padStart(4)}s] ${subject.padEnd(12)} ${text}\n`);
  };
  const step = async <T>(subject: string, work: (say: (text: string) => void) => Promise<Outcome<T>>): Promise<T> => {
    const began = now();
    let spoke = now();
    const sayHere = (text: string) => {
      spoke = now();
      say(subject, text);
    };
    const pulse = setInterval(() => {
      if (now() - spoke >= silenceSeconds * 1000) sayHere(`still at it after ${duration(seconds(began))}`);
    }, 1000);
    try {
      const { value, said } = await work(sayHere);
      say(subject, `${said} (${duration(seconds(began))})`);
      return value;
    } finally {
      clearInterval(pulse);
    }
  };
  return { say, step, seconds: () => seconds() };
}

export function duration(seconds: number): string {
  return seconds < 60 ? `${String(seconds)} s` : `${String(Math.floor(seconds / 60))} min ${String(seconds % 60)} s`;
}
