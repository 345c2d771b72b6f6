import { BlockList, isIP } from "node:net";
import { Refusal } from "../../tools/refusal.ts";

/**
 * What is asked of the site, and how many of a thousand requests are of each kind. Those that write into the database are
 * few: it is the edge and the switch that are tried, and not how much the reference application bears.
 */
export const requests = {
  page: { title: "GET of the page", method: "GET", path: "/", bytes: 0, isFresh: false, isQuick: true, share: 40 },
  get: { title: "GET", method: "GET", path: "/wait?seconds=0", bytes: 0, isFresh: false, isQuick: true, share: 575 },
  getNew: {
    ...{ title: "GET, new connection", method: "GET", path: "/wait?seconds=0" },
    ...{ bytes: 0, isFresh: true, isQuick: true, share: 210 },
  },
  post: { title: "POST", method: "POST", path: "/visits", bytes: 256, isFresh: false, isQuick: true, share: 70 },
  postNew: {
    ...{ title: "POST, new connection", method: "POST", path: "/visits" },
    ...{ bytes: 256, isFresh: true, isQuick: true, share: 40 },
  },
  postBig: {
    ...{ title: "POST of 1 MB", method: "POST", path: "/visits" },
    ...{ bytes: 1_048_576, isFresh: false, isQuick: false, share: 10 },
  },
  postSlow: {
    ...{ title: "POST, slow client", method: "POST", path: "/visits" },
    ...{ bytes: 65_536, isFresh: true, isQuick: false, share: 5 },
  },
  slow: {
    ...{ title: "GET, 2 s", method: "GET", path: "/wait?seconds=2" },
    ...{ bytes: 0, isFresh: false, isQuick: false, share: 50 },
  },
} as const;

export type Request = keyof typeof requests;

/** All that is counted: requests, WebSockets (right when opened and ended in order) and what they echo. */
export const titles = {
  ...(Object.fromEntries(Object.entries(requests).map(([name, { title }]) => [name, title])) as Record<
    Request,
    string
  >),
  socket: "WebSocket",
  echo: "WebSocket echo",
} as const;

export type Subject = keyof typeof titles;

export interface Plan {
  /** The name of the site, sent as SNI, Host and Origin. */
  readonly host: string;
  /** Where it is asked: a loopback address, of this network namespace. */
  readonly address: string;
  readonly port: number;
  /** Requests per second. */
  readonly rate: number;
  readonly seconds: number;
  /** WebSockets that are open all the time and echo once a second. */
  readonly sockets: number;
  /** Seconds after which what is not answered is lost. */
  readonly patience: number;
  /** Seconds a slow client takes to send its body: longer than it takes a release to end that nobody asks anything. */
  readonly upload: number;
}

export const defaults = {
  address: "127.0.0.1",
  port: 443,
  rate: 200,
  seconds: 60,
  sockets: 10,
  patience: 30,
  upload: 12,
} as const;

const bounds = {
  port: [1, 65535],
  rate: [1, 1000],
  seconds: [1, 3600],
  sockets: [0, 100],
  patience: [1, 300],
  upload: [0, 60],
} as const;

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

/** Fills in the defaults and refuses what would hit anybody else or never end. */
export function planOf(wanted: Partial<Plan> & Pick<Plan, "host">): Plan {
  const plan = { ...defaults, ...wanted };
  if (!/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(plan.host))
    throw new Refusal(`host: got ${JSON.stringify(plan.host)}, expected a host name`, "name the site to load");
  const family = isIP(plan.address);
  if (family === 0 || !loopback.check(plan.address, family === 6 ? "ipv6" : "ipv4")) {
    const got = JSON.stringify(plan.address);
    throw new Refusal(`address: got ${got}, expected 127.0.0.0/8 or ::1`, "run it where the site is local");
  }
  for (const [name, [least, most]] of Object.entries(bounds)) {
    const value = plan[name as keyof typeof bounds];
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    throw new Refusal(`${name}: got ${value}, expected a whole number from ${least} to ${most}`, "choose another");
  }
  return plan;
}

const stride = 617;
const order: readonly Request[] = (() => {
  const names = Object.keys(requests) as Request[];
  const drawer = names.flatMap((name) => Array<Request>(requests[name].share).fill(name));
  // With no divisor in common, and near the golden section, so that each kind comes at an even pace.
  return drawer.map((_, index) => drawer[(index * stride) % drawer.length] ?? "get");
})();

/** Which request has this number; the same in every run. */
export function requestAt(index: number): Request {
  return order[index % order.length] ?? "get";
}

/** When it is due, in milliseconds since the beginning, whatever became of those before. */
export function dueAt(index: number, { rate }: Plan): number {
  return (index * 1000) / rate;
}
