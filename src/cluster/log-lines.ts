import { type Engine } from "./engine.ts";

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
    return newest(demultiplex(Buffer.isBuffer(answer) ? answer : await collect(answer)));
  } catch {
    return [];
  }
}

async function collect(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Docker puts a header of 8 bytes before each piece: the stream's number, three zeros, the length. */
export function demultiplex(raw: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= raw.length;) {
    const length = raw.readUInt32BE(at + 4);
    pieces.push(raw.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(pieces).toString("utf8");
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
