import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

/** The header by which a request names a release and an answer says which generation gave it. */
const releaseHeader = "X-Release";

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Question {
  /** The host name that the edge is asked for. */
  readonly host: string;
  readonly path: string;
  /** The stack that is to answer, where several releases share the host. */
  readonly release?: string;
}

export interface Answer {
  readonly status: number;
  /** Stack and generation, `prod-pr-58.7`, where a release answered. */
  readonly release: string | undefined;
  readonly body: string;
}

const timeoutMs = 10_000;
const longestBody = 65_536;

/**
 * Asks the edge as the world does, at one of the addresses where it listens. The certificate is not judged: it may be
 * self-signed, and is not what is tried here.
 */
export function ask(address: Address, { host, path, release }: Question, signal?: AbortSignal): Promise<Answer> {
  const headers = { host, connection: "close", ...(release !== undefined && { [releaseHeader]: release }) };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const asked = request(
    {
      ...address,
      path,
      headers,
      servername: host,
      rejectUnauthorized: false,
      agent: false,
      // Of the whole answer: one that trickles would be no answer for ever.
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]),
    },
    (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        if (body.length < longestBody) body += chunk;
      });
      response.on("error", (error) => {
        reject(named(error));
      });
      response.on("end", () => {
        const said = response.headers[releaseHeader.toLowerCase()];
        resolve({ status: response.statusCode ?? 0, release: typeof said === "string" ? said : undefined, body });
      });
    },
  );
  asked.on("error", (error) => {
    reject(named(error));
  });
  asked.end();
  return promise;
}

function named(error: Error): Error {
  const isLate = error.cause instanceof DOMException && error.cause.name === "TimeoutError";
  return isLate ? new Error(`no answer within ${timeoutMs / 1000} s`) : error;
}

export interface Expectation extends Question {
  readonly addresses: readonly Address[];
  /** What is wrong with an answer; undefined when nothing is. */
  readonly fault: (answer: Answer) => string | undefined;
  /** So long every answer has to be right, in seconds. */
  readonly steadySeconds: number;
  /** And this has to begin so soon, in seconds: from now on, or from the end of what is to bring it about. */
  readonly withinSeconds: number;
  readonly after?: Promise<unknown> | undefined;
  readonly signal?: AbortSignal;
}

const pollMs = 200;

/** Asks again and again until all addresses have answered rightly for a while; returns when that while began. */
export async function expectSteady(expected: Expectation): Promise<number> {
  let deadline = Number.POSITIVE_INFINITY;
  void Promise.allSettled([expected.after]).then(() => {
    deadline = Date.now() + expected.withinSeconds * 1000;
  });
  let since: number | undefined;
  for (;;) {
    expected.signal?.throwIfAborted();
    const fault = await firstFault(expected);
    const now = Date.now();
    if (fault === undefined) since ??= now;
    else since = undefined;
    if (since !== undefined && now - since >= expected.steadySeconds * 1000) return since;
    if (fault !== undefined && now > deadline) throw new Error(fault);
    await sleep(pollMs);
  }
}

async function firstFault(expected: Expectation): Promise<string | undefined> {
  const faults = await Promise.all(
    expected.addresses.map(async (address) => {
      const place = `https://${expected.host}${expected.path} at ${address.host}:${address.port}`;
      try {
        const fault = expected.fault(await ask(address, expected, expected.signal));
        return fault === undefined ? undefined : `${place}: ${fault}`;
      } catch (error) {
        return `${place}: ${error instanceof Error ? error.message : String(error)}`;
      }
    }),
  );
  return faults.find((fault) => fault !== undefined);
}
