import { setTimeout as sleep } from "node:timers/promises";
import { type ForgeSettings } from "../../settings/index.ts";
import { ForgeError, forgeNames, malformed, refusalOf, silenceOf } from "./forge-error.ts";

/** How long a forge is waited for. */
export interface Patience {
  /** For one answer, to its last byte. */
  readonly timeoutMs: number;
  /** Before the second try, the third, and so on: 5xx and the network get one try more than there are pauses. */
  readonly pausesMs: readonly number[];
  /** For all requests that belong to one thing asked. */
  readonly totalMs: number;
}

export const usualPatience: Patience = { timeoutMs: 10_000, pausesMs: [300, 1000], totalMs: 60_000 };

export type Send = (url: string, init: RequestInit) => Promise<Response>;

/**
 * A fetch that returns only whole answers of JSON with a status of 2xx, and throws a ForgeError for all else. The client
 * libraries are given it because they take an unreadable or empty body for an empty list. Everything sent through one
 * sender shares the time that patience has in all.
 */
export function createSender(settings: ForgeSettings, patience: Patience): Send {
  const until = performance.now() + patience.totalMs;
  return async (url, init) => {
    const call = describe(settings, url, init.method ?? "GET");
    for (let attempt = 0; ; attempt++) {
      const timeoutMs = Math.max(1, Math.ceil(Math.min(patience.timeoutMs, until - performance.now())));
      const result = await attemptOnce(
        settings,
        call,
        url,
        { ...init, signal: AbortSignal.timeout(timeoutMs) },
        timeoutMs,
      );
      if (!(result instanceof ForgeError)) return result;
      const pause = patience.pausesMs[attempt];
      if (pause === undefined || !mayPass(result) || performance.now() + pause >= until) throw result;
      await sleep(pause);
    }
  };
}

function describe({ kind, url: base }: ForgeSettings, url: string, method: string): string {
  return `${forgeNames[kind]} ${method} ${url.startsWith(base) ? url.slice(base.length) : url}`;
}

/** No answer at all, or one that the server itself calls its fault. All that we send may be sent twice. */
function mayPass({ status }: ForgeError): boolean {
  return status === undefined || (status >= 500 && status !== 501);
}

async function attemptOnce(
  settings: ForgeSettings,
  call: string,
  url: string,
  init: RequestInit,
  timeoutMs: number,
): Promise<Response | ForgeError> {
  let answer;
  try {
    const response = await fetch(url, init);
    answer = { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    return silenceOf(settings, call, error, timeoutMs);
  }
  const { status, headers, text } = answer;
  if (status >= 300) return refusalOf(settings, call, answer);
  if (status === 204) return new Response(null, { status, headers });
  const kind = headers.get("content-type") ?? "no content type";
  if (!/^application\/(?:[a-z.+-]+\+)?json\b/.test(kind)) return malformed(call, `${status} with ${kind}`, status);
  if (!isJson(text)) return malformed(call, `${status} with a body that is not JSON`, status);
  // The text is decoded already, so what was said about its coding and length no longer holds.
  const kept = [...headers].filter(([name]) => !["content-encoding", "content-length"].includes(name));
  return new Response(text, { status, headers: kept });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
