import { createHash } from "node:crypto";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, type Socket } from "node:net";
import { certificate, key } from "../settings/pem.ts";
import { closing, opcodes } from "./frames.ts";

/** What a site may do wrong with a request. */
export type Fault = "503" | "reset" | "cut" | "silence" | "wrong size";

/** A site as the load asks it, in this process, to be told what to do wrong. */
export interface Site {
  readonly port: number;
  /** What the header X-Release says from now on; nothing when it is empty. */
  release: string;
  /** Asked for each request; the default does nothing wrong. */
  fault: (request: IncomingMessage) => Fault | undefined;
  /** Whether a WebSocket is let in. */
  isOpen: boolean;
  /** Whether a WebSocket hears an echo. */
  isEchoing: boolean;
  /** Requests that came, by method and path. */
  readonly asked: ReadonlyMap<string, number>;
  /** TLS connections that were made. */
  readonly connections: () => number;
  /** WebSockets that are open and were not dismissed. */
  readonly visitors: () => number;
  /** Says goodbye to every WebSocket with this code, or hangs up without a word. */
  readonly dismiss: (code?: number) => void;
  readonly close: () => Promise<void>;
}

export async function startSite(): Promise<Site> {
  const server = createServer({ cert: certificate, key });
  const asked = new Map<string, number>();
  const visitors = new Set<Socket>();
  const sockets = new Set<Socket>();
  let connections = 0;
  const site: Omit<Site, "port"> = {
    ...{ release: "prod-pr-1.1", isOpen: true, isEchoing: true, asked },
    ...{ fault: () => undefined, connections: () => connections, visitors: () => visitors.size },
    dismiss: (code) => {
      for (const socket of visitors) {
        if (code === undefined) socket.destroy();
        else socket.write(serverFrame(opcodes.close, closing(code)));
      }
      visitors.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
  server.on("secureConnection", (socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  server.on("request", (request, response) => {
    const what = `${request.method ?? ""} ${request.url ?? ""}`;
    asked.set(what, (asked.get(what) ?? 0) + 1);
    let bytes = 0;
    request.on("data", (piece: Buffer) => (bytes += piece.length));
    request.on("end", () => {
      answer(request, response, bytes, site);
    });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
    if (site.isOpen) welcome(request, socket, visitors, site);
    else socket.end("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(site, { port: (server.address() as AddressInfo).port });
}

type Manner = Pick<Site, "release" | "fault" | "isEchoing">;

function answer(request: IncomingMessage, response: ServerResponse, bytes: number, site: Manner): void {
  const fault = site.fault(request);
  if (site.release !== "") response.setHeader("X-Release", site.release);
  if (fault === "silence") return;
  if (fault === "reset") {
    request.socket.destroy();
    return;
  }
  if (fault === "cut") {
    response.writeHead(200, { "Content-Length": 1000 }).write("half", () => request.socket.destroy());
    return;
  }
  response.statusCode = fault === "503" ? 503 : 200;
  const received = fault === "wrong size" ? bytes - 1 : bytes;
  response.end(request.method === "POST" ? JSON.stringify({ visits: null, bytes: received }) : "a page");
}

function welcome(request: IncomingMessage, socket: Socket, visitors: Set<Socket>, site: Manner): void {
  const accept = createHash("sha1")
    .update(`${request.headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  lines.push(`Sec-WebSocket-Accept: ${accept}`, `X-Release: ${site.release}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  visitors.add(socket);
  socket.on("close", () => visitors.delete(socket));
  socket.on("data", (piece: Buffer) => {
    for (const { opcode, payload } of clientFrames(piece)) {
      if (opcode === opcodes.text && site.isEchoing) socket.write(serverFrame(opcodes.text, payload));
      if (opcode !== opcodes.close) continue;
      visitors.delete(socket);
      socket.end(serverFrame(opcodes.close, payload));
    }
  });
}

/** A frame as a server sends it. */
export function serverFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? [length] : [126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...head]), payload]);
}

/** The frames of a client that says little at a time. */
export function clientFrames(received: Buffer): { opcode: number; payload: Buffer }[] {
  const frames = [];
  for (let rest = received; rest.length >= 6;) {
    const [head = 0, length = 0] = rest;
    const [mask, end] = [rest.subarray(2, 6), 6 + (length & 0x7f)];
    const payload = rest.subarray(6, end).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
    frames.push({ opcode: head & 0x0f, payload: Buffer.from(payload) });
    rest = rest.subarray(end);
  }
  return frames;
}
