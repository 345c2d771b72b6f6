import { type Logged, wholeLog } from "./whole-log.ts";

const lineCount = 10;
const longestLine = 300;
/** Short: whoever waits for these lines waits for an error. */
const patienceMs: readonly number[] = [1500, 3500];

/** The newest lines of a log, oldest first; undefined if the Engine cannot tell within some seconds. */
export async function lastLogLines(source: Logged): Promise<string[] | undefined> {
  try {
    const question = { stdout: true, stderr: true, timestamps: true, tail: lineCount };
    const frames = await wholeLog(source, question, patienceMs);
    return frames && newest(frames.map(({ text }) => text).join(""));
  } catch {
    return undefined;
  }
}

/** Each task has its own tail, so the lines are put in the order of their time stamps, which are then cut off. */
function newest(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .sort()
    .slice(-lineCount)
    .map((line) => line.slice(line.indexOf(" ") + 1, longestLine).trimEnd());
}
