import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";

/** A request as it came. */
export interface Recorded {
  readonly method: string;
  /** Without query, as it was encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; nothing where there is none. */
  readonly json?: unknown;
}

/** What may go wrong instead of an answer. */
export type Fault =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly text: string;
    }
  /** Never answers. */
  | { readonly kind: "hang" }
  /** Closes the connection. */
  | { readonly kind: "reset" }
  /** Announces more than it sends. */
  | { readonly kind: "truncate" }
  /** Does what it is asked, and closes the connection instead of saying so. */
  | { readonly kind: "lose" };

interface Planned {
  readonly matches: (request: Recorded) => boolean;
  readonly fault: Fault;
  left: number;
}

/** A forge on this machine: listens on a port of its own, keeps what it is asked, and fails as it is told. */
export interface ForgeServer {
  /** http://127.0.0.1:<port> */
  readonly url: string;
  readonly requests: Recorded[];
  /** The requests of a method whose path ends so. */
  readonly asked: (method: string, pathEnd: string) => Recorded[];
  /** The next requests (all where no number is given) that match get the fault. */
  readonly fail: (matches: (request: Recorded) => boolean, fault: Fault, times?: number) => void;
  /** Forgets all faults. */
  readonly heal: () => void;
  readonly close: () => Promise<void>;
}

export async function startForgeServer(answer: (request: Recorded, base: string) => Reply): Promise<ForgeServer> {
  const requests: Recorded[] = [];
  let planned: Planned[] = [];
  const address = { url: "" };
  const server = createServer((incoming, outgoing) => {
    void read(incoming).then((request) => {
      requests.push(request);
      const plan = planned.find(({ matches, left }) => left > 0 && matches(request));
      if (plan === undefined) {
        reply(outgoing, answer(request, address.url));
        return;
      }
      plan.left--;
      if (plan.fault.kind === "lose") answer(request, address.url);
      breakDown(outgoing, plan.fault);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  address.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: address.url,
    requests,
    asked: (method, pathEnd) => requests.filter((one) => one.method === method && one.path.endsWith(pathEnd)),
    fail: (matches, fault, times = Infinity) => {
      planned.push({ matches, fault, left: times });
    },
    heal: () => {
      planned = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function read(incoming: IncomingMessage): Promise<Recorded> {
  let text = "";
  for await (const chunk of incoming) text += String(chunk);
  const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://localhost");
  return {
    method: incoming.method ?? "",
    path: pathname,
    query: searchParams,
    authorization: incoming.headers.authorization,
    body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

function reply(outgoing: ServerResponse, { status, headers = {}, json }: Reply): void {
  if (json === undefined) {
    outgoing.writeHead(status, headers).end();
    return;
  }
  outgoing.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  outgoing.end(JSON.stringify(json));
}

function breakDown(outgoing: ServerResponse, fault: Fault): void {
  switch (fault.kind) {
    case "hang":
      return;
    case "reset":
    case "lose":
      outgoing.destroy();
      return;
    case "truncate":
      outgoing.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      outgoing.write('[{"number":');
      setTimeout(() => outgoing.destroy(), 20);
      return;
    case "answer":
      outgoing.writeHead(fault.status, { "content-type": "application/json", ...fault.headers }).end(fault.text);
  }
}

/** One page of a list, and what the forges write beside it. */
export function pageOf(all: readonly unknown[], { query, path }: Recorded, base: string) {
  const [page, perPage] = [Number(query.get("page") ?? 1), Number(query.get("per_page") ?? 30)];
  const last = Math.max(1, Math.ceil(all.length / perPage));
  const at = (number: number) => {
    const to = new URLSearchParams(query);
    to.set("page", String(number));
    return `${base}${path}?${to.toString()}`;
  };
  const links = [
    ...(page > 1 ? [`<${at(page - 1)}>; rel="prev"`] : []),
    ...(page < last ? [`<${at(page + 1)}>; rel="next"`] : []),
    `<${at(last)}>; rel="last"`,
  ];
  const items = all.slice((page - 1) * perPage, page * perPage);
  return { items, page, perPage, last, link: links.join(", ") };
}

const sha = (number: number, kind: string) => (kind + number.toString(16).padStart(4, "0")).padEnd(40, "0");

/** The newest commit of a pull request's branch, and the one that its merge makes. */
export const headSha = (number: number) => sha(number, "aa");
export const mergeSha = (number: number) => sha(number, "bb");
