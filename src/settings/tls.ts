import { createPrivateKey, X509Certificate } from "node:crypto";
import { type Env } from "./env.ts";
import { type Problem } from "./problem.ts";
import { isSpecialUse } from "./units.ts";

export type Tls =
  | { readonly mode: "self-signed" }
  | { readonly mode: "acme"; readonly email: string; readonly server: string | undefined }
  /** PEM texts, not paths. */
  | { readonly mode: "files"; readonly certificate: string; readonly key: string };

interface ReadTls {
  readonly tls: Tls;
  readonly problems: readonly Problem[];
}

/** The text of a file, or undefined where there is none to be read. */
export type ReadFile = (path: string) => string | undefined;

type Names = (variable: string) => string;

export function readTls(env: Partial<Env>, name: Names, readFile: ReadFile): ReadTls {
  const { ACME_EMAIL: email, ACME_SERVER: server, TLS_CERTIFICATE_FILE: certificate, TLS_KEY_FILE: key } = env;
  const problems: Problem[] = [];
  if (server !== undefined && email === undefined) {
    problems.push({
      path: name("ACME_SERVER"),
      got: "a server without ACME_EMAIL",
      expected: "both or none",
      remedy: "set ACME_EMAIL or remove ACME_SERVER",
    });
  }
  if (email !== undefined) problems.push(...acmeFaults(env, name));
  if (certificate === undefined && key === undefined) {
    return { tls: email === undefined ? { mode: "self-signed" } : { mode: "acme", email, server }, problems };
  }
  const files = readPair(certificate, key, name, readFile);
  return { tls: { mode: "files", ...files.pair }, problems: [...problems, ...files.problems] };
}

function acmeFaults(env: Partial<Env>, name: Names): Problem[] {
  const faults: Problem[] = [];
  if (env.TLS_CERTIFICATE_FILE !== undefined || env.TLS_KEY_FILE !== undefined) {
    faults.push({
      path: name("ACME_EMAIL"),
      got: "ACME and certificate files",
      expected: "one of the two",
      remedy: "remove ACME_EMAIL, or TLS_CERTIFICATE_FILE and TLS_KEY_FILE",
    });
  }
  if (env.DOMAIN !== undefined && isSpecialUse(env.DOMAIN)) {
    faults.push({
      path: name("ACME_EMAIL"),
      got: `ACME for ${env.DOMAIN}`,
      expected: "a public domain",
      remedy: "set DOMAIN or remove ACME_EMAIL: no authority issues certificates for that one",
    });
  }
  return faults;
}

function readPair(certificateFile: string | undefined, keyFile: string | undefined, name: Names, readFile: ReadFile) {
  const certificate = readPem("TLS_CERTIFICATE_FILE", "TLS_KEY_FILE", certificateFile, name, readFile, isCertificate);
  const key = readPem("TLS_KEY_FILE", "TLS_CERTIFICATE_FILE", keyFile, name, readFile, isPrivateKey);
  const problems = [...certificate.problems, ...key.problems];
  const pair = { certificate: certificate.text, key: key.text };
  if (problems.length === 0 && !belong(pair.certificate, pair.key)) {
    problems.push({
      path: name("TLS_KEY_FILE"),
      got: "the key of another certificate",
      expected: "the key of the first certificate in TLS_CERTIFICATE_FILE",
      remedy: "name the two files of one pair, the server's certificate before its chain",
    });
  }
  return { pair, problems };
}

function readPem(
  variable: string,
  other: string,
  path: string | undefined,
  name: Names,
  readFile: ReadFile,
  fits: (text: string) => boolean,
): { text: string; problems: Problem[] } {
  const fault = (got: string, expected: string, remedy: string) => ({
    text: "",
    problems: [{ path: name(variable), got, expected, remedy }],
  });
  if (path === undefined) return fault("nothing", `a file as well, because ${other} is set`, "set both or none");
  const text = readFile(path);
  const kind = variable === "TLS_KEY_FILE" ? "an unencrypted private key" : "a certificate";
  if (text === undefined) {
    return fault(
      `${JSON.stringify(path)}, which cannot be read`,
      "a file",
      "correct the path, which begins at the project's folder",
    );
  }
  if (!fits(text)) return fault(`a file that is not ${kind}`, `${kind} in PEM`, "convert it with openssl");
  return { text, problems: [] };
}

function isCertificate(text: string): boolean {
  return text.includes("-----BEGIN CERTIFICATE-----") && succeeds(() => new X509Certificate(text));
}

function isPrivateKey(text: string): boolean {
  return text.includes("PRIVATE KEY-----") && succeeds(() => createPrivateKey(text));
}

function belong(certificate: string, key: string): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
