import { type Engine } from "./engine.ts";
import { Frames } from "./frames.ts";

const lineCount = 10;
const longestLine = 300;
const timeoutMs = 5000;

/** A service or one of its tasks. */
export type Logged = Pick<ReturnType<Engine["getService"]>, "logs">;

/** Its newest lines, oldest first; none if the Engine cannot tell within some seconds. */
export async function lastLogLines(source: Logged): Promise<string[]> {
  try {
    const answer = await source.logs({
      stdout: true,
      stderr: true,
      timestamps: true,
      tail: lineCount,
      follow: false,
      abortSignal: AbortSignal.timeout(timeoutMs),
    });
    const frames = new Frames().add(Buffer.isBuffer(answer) ? answer : await collect(answer));
    return newest(frames.map(({ text }) => text).join(""));
  } catch {
    return [];
  }
}

async function collect(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
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
