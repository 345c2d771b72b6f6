import { type ForgeKind, type ForgeSettings } from "../../settings/index.ts";

/** Why a forge could not be asked or told something: which call, what came back and what to do. It never holds a credential. */
export class ForgeError extends Error {
  override readonly name = "ForgeError";
  /** GitHub GET /repos/owner/name/pulls?page=2 */
  readonly call: string;
  /** The HTTP status, where there was an answer at all. */
  readonly status: number | undefined;

  constructor(call: string, fault: Fault, status?: number) {
    super(`${call}: got ${fault.got}, expected ${fault.expected ?? "an answer"}, ${fault.remedy}`);
    this.call = call;
    this.status = status;
  }
}

export interface Fault {
  readonly got: string;
  /** "an answer" where none is given. */
  readonly expected?: string;
  readonly remedy: string;
}

export const forgeNames: Readonly<Record<ForgeKind, string>> = { github: "GitHub", gitlab: "GitLab" };

const permissions: Readonly<Record<ForgeKind, string>> = {
  github: "Contents: read; Pull requests, Issues, Commit statuses and Deployments: read and write",
  gitlab: "scope api, role Developer or more",
};

/** What the forge said itself, made harmless: one short line without control characters and without the token. */
function quoted(text: string, token: string): string {
  // A terminal would obey control characters.
  const plain = text.replaceAll(token, "[token]").replaceAll(/[\u0000-\u0020\u007f-\u009f]+/g, " ");
  const line = plain.trim();
  return line === "" ? "" : ` ${JSON.stringify(line.length > 160 ? `${line.slice(0, 157)}...` : line)}`;
}

/** GitHub's {message, errors}, GitLab's {message} or {error}, whose message may be an object of lists. */
function messageOf(text: string): string {
  try {
    const { message, error, errors } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const parts = [message ?? error, errors].filter((part) => part !== undefined && part !== null);
    return parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" ");
  } catch {
    return "";
  }
}

/** An answer with a status of 300 or more. */
export function refusalOf(
  { kind, token }: ForgeSettings,
  call: string,
  { status, headers, text }: { readonly status: number; readonly headers: Headers; readonly text: string },
): ForgeError {
  const message = messageOf(text);
  const got = `${status}${quoted(message, token)}`;
  return new ForgeError(call, { got, remedy: remedyOf(kind, status, headers, message) }, status);
}

function remedyOf(kind: ForgeKind, status: number, headers: Headers, message: string): string {
  if (status === 401) return "set FORGE_TOKEN to a token that is valid and has not expired";
  if (isRateLimited(status, headers, message))
    return `try again ${waitOf(headers)}: too much was asked with this token`;
  if (status === 403) return `give FORGE_TOKEN its permissions (${permissions[kind]})`;
  if (status === 404) return `check FORGE_REPOSITORY, and that FORGE_TOKEN may see it (${permissions[kind]})`;
  if (status >= 500) return `try again later, nothing is wrong on this side`;
  if (status < 400) return "check FORGE_URL: the API is somewhere else";
  return "do by hand what the message asks for, then try again";
}

function isRateLimited(status: number, headers: Headers, message: string): boolean {
  const isSpent = headers.get("x-ratelimit-remaining") === "0" || headers.has("retry-after");
  return status === 429 || (status === 403 && (isSpent || /rate limit/i.test(message)));
}

function waitOf(headers: Headers): string {
  const after = Number(headers.get("retry-after") ?? NaN);
  if (Number.isFinite(after)) return `in ${Math.max(1, Math.ceil(after))} s`;
  const reset = Number(headers.get("x-ratelimit-reset") ?? headers.get("ratelimit-reset") ?? NaN);
  return Number.isFinite(reset) && reset < 1e11 ? `after ${new Date(reset * 1000).toISOString()}` : "in an hour";
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME/;

/** No answer, or only part of one. */
export function silenceOf({ token }: ForgeSettings, call: string, error: unknown, timeoutMs: number): ForgeError {
  if (error instanceof Error && error.name === "TimeoutError") {
    const seconds = Math.round(timeoutMs / 100) / 10;
    return new ForgeError(call, { got: `no answer within ${seconds} s`, remedy: "check FORGE_URL and the network" });
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "";
  const reason = cause instanceof Error && cause.message !== "" ? cause.message : code;
  const remedy = certificateCodes.test(code)
    ? "name the file of your own authority in NODE_EXTRA_CA_CERTS, or renew the forge's certificate"
    : "check FORGE_URL and the network";
  return new ForgeError(call, { got: `no answer,${quoted(reason, token)}`, remedy });
}

/** An answer that is not what the API documents: a page of a proxy, another program, a newer version. */
export function malformed(call: string, got: string, status?: number): ForgeError {
  const expected = "the JSON that the API documents";
  const remedy = "check that FORGE_URL is the base of the API and that no proxy answers in its place";
  return new ForgeError(call, { got, expected, remedy }, status);
}

/** The ForgeError in what a client library threw. */
export function forgeErrorIn(error: unknown, name: string): ForgeError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof ForgeError) return cause;
  throw new Error(`${name}: the program itself failed while it asked the forge`, { cause: error });
}
