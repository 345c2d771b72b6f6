/** One piece of what a container wrote, and on which of its two streams. */
export interface Frame {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

const headerBytes = 8;

/**
 * Takes Docker's stream apart as it comes: a header of 8 bytes (the stream's number, three zeros, the length) before
 * each piece. What is not whole yet is kept for the next chunk.
 */
export class Frames {
  #rest: Buffer = Buffer.alloc(0);

  add(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (rest.length >= headerBytes) {
      const end = headerBytes + rest.readUInt32BE(4);
      if (rest.length < end) break;
      frames.push({ stream: rest[0] === 2 ? "stderr" : "stdout", text: rest.toString("utf8", headerBytes, end) });
      rest = rest.subarray(end);
    }
    this.#rest = rest;
    return frames;
  }
}
