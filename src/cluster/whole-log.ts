import { buffer } from "node:stream/consumers";
import { type Engine } from "./engine.ts";
import { type Frame, Frames } from "./frames.ts";

type AskService = ReturnType<Engine["getService"]>["logs"];

/** A service or one of its tasks. */
export interface Logged {
  readonly logs: AskService;
}

type LogQuestion = Omit<Parameters<AskService>[0] & object, "follow" | "abortSignal">;

/**
 * All that a question for a log is answered with, without following it; undefined if no answer ended. An Engine
 * sometimes never ends one (moby/moby#38640), and does when asked anew: so it is asked once for each patience.
 */
export async function wholeLog(
  source: Logged,
  question: LogQuestion,
  patienceMs: readonly number[],
  signal?: AbortSignal,
): Promise<Frame[] | undefined> {
  for (const ms of patienceMs) {
    const late = AbortSignal.timeout(ms);
    const abortSignal = signal === undefined ? late : AbortSignal.any([signal, late]);
    try {
      const answer = await source.logs({ ...question, follow: false, abortSignal });
      return new Frames().add(Buffer.isBuffer(answer) ? answer : await buffer(answer));
    } catch (error) {
      if (!late.aborted) throw error;
    }
  }
  return undefined;
}
