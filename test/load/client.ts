import { type ClientRequest, type IncomingMessage } from "node:http";
import { Agent, request, type RequestOptions } from "node:https";
import { type Plan, type Request, requests } from "./plan.ts";
import { type Verdict } from "./tally.ts";

/** Whoever asks the site at its loopback address: its certificate may be of its own making. */
export function target({ host, address, port }: Plan): RequestOptions {
  return { host: address, port, servername: host, rejectUnauthorized: false };
}

export function releaseOf({ headers }: IncomingMessage): string | undefined {
  const value = headers["x-release"];
  return Array.isArray(value) ? value[0] : value;
}

/** What went wrong, in few words: the same fault has the same name each time. */
export function reasonOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message.slice(0, 60);
}

export interface Client {
  /** Sends one request and says later, once, what became of it. Nothing is sent twice. */
  readonly send: (kind: Request, settle: (verdict: Verdict) => boolean) => void;
  readonly close: () => void;
}

export function createClient(plan: Plan): Client {
  // No request waits for a connection. Those that idle are dropped long before the server would, as a request that
  // crosses the server's goodbye is lost through nobody's fault.
  const kept = new Agent({ keepAlive: true, scheduling: "fifo", maxFreeSockets: 32, timeout: 20_000 });
  // A session that is resumed would be no new connection to the full.
  const fresh = new Agent({ keepAlive: false, maxCachedSessions: 0 });
  const sizes = Object.values(requests).map(({ bytes }) => bytes);
  const bodies = new Map(
    sizes.filter((bytes) => bytes > 0).map((bytes) => [bytes, Buffer.alloc(bytes, "studygiveway ")]),
  );
  const send: Client["send"] = (kind, settle) => {
    const { method, path, bytes, isFresh } = requests[kind];
    const body = bodies.get(bytes);
    const outgoing = request({
      ...target(plan),
      ...{ method, path, agent: isFresh ? fresh : kept },
      headers: {
        Host: plan.host,
        ...(body === undefined ? {} : { "Content-Type": "application/octet-stream", "Content-Length": bytes }),
      },
    });
    const patience = setTimeout(() => {
      settle({ lost: "timeout" });
      outgoing.destroy();
    }, plan.patience * 1000);
    outgoing.on("error", (error) => {
      settle({ lost: reasonOf(error) });
    });
    let isAnswered = false;
    outgoing.on("close", () => {
      clearTimeout(patience);
      // An answer that was cut off is told of later.
      if (!isAnswered) settle({ lost: "no answer" });
    });
    outgoing.on("response", (response) => {
      isAnswered = true;
      read(response, bytes, settle);
    });
    if (kind === "postSlow" && body !== undefined) trickle(outgoing, body, plan.upload);
    else outgoing.end(body);
  };
  return {
    send,
    close: () => {
      kept.destroy();
      fresh.destroy();
    },
  };
}

const pieceMs = 500;

/** Sends a body in pieces, as somebody with a slow line does. */
function trickle(outgoing: ClientRequest, body: Buffer, seconds: number): void {
  const size = Math.ceil(body.length / Math.max(1, (seconds * 1000) / pieceMs));
  let sent = 0;
  const next = () => {
    outgoing.write(body.subarray(sent, (sent += size)));
    if (sent < body.length) return;
    clearInterval(timer);
    outgoing.end();
  };
  const timer = setInterval(next, pieceMs);
  outgoing.on("close", () => {
    clearInterval(timer);
  });
  next();
}

function read(response: IncomingMessage, bytes: number, settle: (verdict: Verdict) => boolean): void {
  const release = releaseOf(response);
  const status = response.statusCode ?? 0;
  const refused = status < 200 || status > 299 ? `status ${status}` : undefined;
  const pieces: Buffer[] = [];
  const cut = () => {
    settle({ lost: refused ?? "cut off", release });
  };
  response.on("data", (piece: Buffer) => {
    if (pieces.length < 16) pieces.push(piece);
  });
  response.on("end", () => {
    const lost = refused ?? fault(Buffer.concat(pieces).toString("utf8"), bytes);
    settle(lost === undefined ? { release } : { lost, release });
  });
  response.on("error", cut);
  response.on("close", cut);
}

/** The site says how much of a body has come, so that one which was cut on its way counts as lost. */
function fault(answer: string, bytes: number): string | undefined {
  if (bytes === 0) return answer === "" ? "empty answer" : undefined;
  const told = /"bytes": ?(\d+)/.exec(answer)?.[1];
  if (told === undefined) return "wrong answer";
  return Number(told) === bytes ? undefined : "wrong size";
}
