import { setMaxListeners } from "node:events";
import { type Engine } from "../../cluster/engine.ts";
import { type Frame, Frames } from "../../cluster/frames.ts";
import { type OwnedService } from "../../cluster/objects.ts";
import { wholeLog } from "../../cluster/whole-log.ts";
import { type LogLine, taskLines } from "./line.ts";

interface LogOptions {
  /** So many of the newest lines of each task; undefined for all. */
  readonly tail: number | undefined;
  /** Nothing older, in seconds since 1970. */
  readonly since: number | undefined;
  /** Goes on until the signal aborts or the service is gone. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** Long, because a long log takes its time, too. */
const usualPatienceMs: readonly number[] = [10_000, 30_000, 120_000];

/** The lines of a service's tasks, on whatever nodes they run, as they come. */
export async function readLog(
  engine: Engine,
  service: OwnedService,
  options: LogOptions,
  add: (line: LogLine) => void,
  patienceMs = usualPatienceMs,
): Promise<void> {
  const slots = new Slots(engine, service.id);
  for await (const frame of frames(engine, service, options, patienceMs)) {
    for (const { time, task, stream, text } of taskLines(frame)) {
      add({ time, stack: service.stack, service: service.unit, slot: await slots.of(task), stream, text });
    }
  }
}

async function* frames(
  engine: Engine,
  { id, stack, unit }: OwnedService,
  { tail, since, follow, signal }: LogOptions,
  patienceMs: readonly number[],
): AsyncGenerator<Frame> {
  setMaxListeners(0, signal);
  const question = {
    stdout: true,
    stderr: true,
    timestamps: true,
    details: true,
    ...(tail !== undefined && { tail }),
    ...(since !== undefined && { since }),
  };
  const log = engine.getService(id);
  try {
    if (follow) {
      const coming = new Frames();
      for await (const chunk of await log.logs({ ...question, follow, abortSignal: signal })) {
        yield* coming.add(Buffer.from(chunk));
      }
      return;
    }
    const whole = await wholeLog(log, question, patienceMs, signal);
    if (whole === undefined) {
      throw new Error(
        `log of ${unit} of ${stack}: the Engine did not end its answer, asked ${String(patienceMs.length)} times, ` +
          `ask for less with --tail or --since, or use --follow`,
      );
    }
    yield* whole;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Which copy a task is; asked for once for all tasks that are known, and again for one that is new. */
class Slots {
  readonly #engine: Engine;
  readonly #service: string;
  readonly #known = new Map<string, number | null>();

  constructor(engine: Engine, service: string) {
    this.#engine = engine;
    this.#service = service;
  }

  async of(task: string | undefined): Promise<number | null> {
    if (task === undefined) return null;
    if (!this.#known.has(task)) await this.#read();
    const slot = this.#known.get(task) ?? null;
    // Swarm forgets old tasks sooner than their nodes forget what they wrote.
    this.#known.set(task, slot);
    return slot;
  }

  async #read(): Promise<void> {
    const filters = JSON.stringify({ service: [this.#service] });
    const tasks = (await this.#engine.listTasks({ filters })) as { ID: string; Slot?: number }[];
    for (const { ID, Slot } of tasks) this.#known.set(ID, Slot === undefined || Slot === 0 ? null : Slot);
  }
}
