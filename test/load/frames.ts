// The frames of a WebSocket (RFC 6455), as far as short messages go.

export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A frame as a client sends it, always masked. */
export function clientFrame(opcode: number, payload: Buffer, mask: Buffer): Buffer {
  if (payload.length > 125) throw new Error(`a payload of ${payload.length} bytes, this client sends 125 at most`);
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, masked]);
}

/** The payload of a frame that closes. */
export function closing(code: number): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return payload;
}

/** 1005 stands for a close without a code. */
export function closeCode(payload: Buffer): number {
  return payload.length < 2 ? 1005 : payload.readUInt16BE();
}

/** The whole frames at the head of what a server sent, and the bytes that are left. */
export function serverFrames(received: Buffer): { frames: Frame[]; rest: Buffer } {
  const frames: Frame[] = [];
  let rest = received;
  for (;;) {
    const [head = 0, short = 0] = rest;
    const start = short === 126 ? 4 : 2;
    if (rest.length < start) return { frames, rest };
    if ((head & 0xf0) !== 0x80 || short > 126) throw new Error(`a frame that begins with ${head} and ${short}`);
    const end = start + (short === 126 ? rest.readUInt16BE(2) : short);
    if (rest.length < end) return { frames, rest };
    frames.push({ opcode: head & 0x0f, payload: rest.subarray(start, end) });
    rest = rest.subarray(end);
  }
}
