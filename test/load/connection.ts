import { createHash, randomBytes } from "node:crypto";
import { request } from "node:https";
import { type Duplex } from "node:stream";
import { reasonOf, releaseOf, target } from "./client.ts";
import { clientFrame, closeCode, closing, type Frame, opcodes, serverFrames } from "./frames.ts";
import { type Plan } from "./plan.ts";

export interface Connection {
  readonly release: string | undefined;
  readonly send: (text: string) => void;
  /** Says goodbye; onEnd follows. */
  readonly close: () => void;
}

export interface Listener {
  readonly onText: (text: string) => void;
  /** With the code of the server's close frame, if there was one; the first call counts. */
  readonly onEnd: (code: number | undefined) => void;
}

/** Why a WebSocket did not open, in few words. */
export class NotOpened extends Error {}

/** Opens the echo of the site. */
export function open(plan: Plan, listener: Listener): Promise<Connection> {
  const key = randomBytes(16).toString("base64");
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const outgoing = request({
    ...target(plan),
    ...{ path: "/ws/", agent: false },
    headers: {
      ...{ Host: plan.host, Origin: `https://${plan.host}`, Connection: "Upgrade", Upgrade: "websocket" },
      ...{ "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13" },
    },
  });
  const patience = setTimeout(() => outgoing.destroy(new NotOpened("timeout")), plan.patience * 1000);
  return new Promise((resolve, reject) => {
    const refuse = (reason: string) => {
      clearTimeout(patience);
      outgoing.destroy();
      reject(new NotOpened(reason));
    };
    outgoing.on("error", (error) => {
      refuse(reasonOf(error));
    });
    outgoing.on("close", () => {
      refuse("no answer");
    });
    outgoing.on("response", (response) => {
      refuse(`status ${response.statusCode ?? 0}`);
    });
    outgoing.on("upgrade", (response, socket, head) => {
      clearTimeout(patience);
      if (response.headers["sec-websocket-accept"] !== accept) {
        socket.destroy();
        refuse("wrong key");
        return;
      }
      resolve(converse(socket, head, releaseOf(response), listener));
    });
    outgoing.end();
  });
}

function converse(socket: Duplex, head: Buffer, release: string | undefined, listener: Listener): Connection {
  const state: { rest: Buffer; code: number | undefined; isClosing: boolean } = {
    ...{ rest: Buffer.alloc(0), code: undefined, isClosing: false },
  };
  const write = (opcode: number, payload: Buffer) => {
    if (socket.writable) socket.write(clientFrame(opcode, payload, randomBytes(4)));
  };
  const leave = () => {
    socket.end();
    setTimeout(() => socket.destroy(), 5000).unref();
  };
  const take = ({ opcode, payload }: Frame) => {
    if (opcode === opcodes.text) listener.onText(payload.toString("utf8"));
    if (opcode === opcodes.ping) write(opcodes.pong, payload);
    if (opcode !== opcodes.close) return;
    state.code = closeCode(payload);
    if (!state.isClosing) write(opcodes.close, payload);
    listener.onEnd(state.code);
    leave();
  };
  const receive = (piece: Buffer) => {
    try {
      const { frames, rest } = serverFrames(Buffer.concat([state.rest, piece]));
      state.rest = rest;
      frames.forEach(take);
    } catch {
      socket.destroy();
    }
  };
  socket.on("data", receive);
  // What follows is the same whether the server fell silent in the right way or not: the code tells.
  socket.on("error", () => undefined);
  socket.on("close", () => {
    listener.onEnd(state.code);
  });
  // The caller gets its connection first.
  setImmediate(() => {
    receive(head);
  });
  return {
    release,
    send: (text) => {
      write(opcodes.text, Buffer.from(text));
    },
    close: () => {
      state.isClosing = true;
      write(opcodes.close, closing(1000));
      // Whoever does not answer that has hung up.
      setTimeout(() => socket.destroy(), 5000).unref();
    },
  };
}
