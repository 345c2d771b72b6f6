import { createHash, randomBytes } from "node:crypto";
import { request } from "node:https";
import { type Socket } from "node:net";

// A WebSocket client in a process of its own, since it has to run inside a network namespace:
//   node websocket.ts HOST PATH MESSAGE
// Sends the message to the edge at 127.0.0.1 as one masked frame and prints what comes back.

const timeoutMs = 15_000;

/** A text frame as a client sends it, always masked. */
export function textFrame(message: string, mask: Buffer): Buffer {
  const payload = Buffer.from(message);
  if (payload.length > 125) throw new Error("this client sends short messages only");
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, masked]);
}

/** The first whole text frame of a server, if it is there; never masked. */
export function firstText(received: Buffer): string | undefined {
  const [head = 0, length = 0] = received;
  if (received.length < 2 || received.length < 2 + length) return undefined;
  if (head !== 0x81 || length > 125) throw new Error(`got a frame that is no short text: ${received.toString("hex")}`);
  return received.subarray(2, 2 + length).toString("utf8");
}

function upgrade(host: string, path: string): Promise<{ socket: Socket; head: Buffer }> {
  const key = randomBytes(16).toString("base64");
  const expected = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const outgoing = request({
    ...{ host: "127.0.0.1", port: 443, servername: host, path, rejectUnauthorized: false },
    headers: {
      ...{ Host: host, Origin: `https://${host}`, Connection: "Upgrade", Upgrade: "websocket" },
      ...{ "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13" },
    },
  });
  outgoing.end();
  return new Promise((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.on("response", ({ statusCode }) => {
      reject(new Error(`got status ${statusCode ?? 0} instead of a WebSocket`));
    });
    outgoing.on("upgrade", ({ headers }, socket, head) => {
      if (headers["sec-websocket-accept"] === expected) resolve({ socket: socket, head });
      else reject(new Error("the server's key does not fit"));
    });
  });
}

async function echo(host: string, path: string, message: string): Promise<string> {
  const { socket, head } = await upgrade(host, path);
  socket.write(textFrame(message, randomBytes(4)));
  const state = { received: head };
  try {
    return await new Promise((resolve, reject) => {
      const look = () => {
        const text = firstText(state.received);
        if (text !== undefined) resolve(text);
      };
      socket.on("data", (piece: Buffer) => {
        state.received = Buffer.concat([state.received, piece]);
        look();
      });
      socket.on("close", () => {
        reject(new Error("the server hung up"));
      });
      look();
    });
  } finally {
    socket.destroy();
  }
}

if (import.meta.main) {
  setTimeout(() => {
    process.stderr.write(`no answer within ${timeoutMs} ms\n`);
    process.exit(1);
  }, timeoutMs);
  const [host = "", path = "/", message = ""] = process.argv.slice(2);
  process.stdout.write(await echo(host, path, message));
  process.exit(0);
}
