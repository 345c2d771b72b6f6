import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { parse } from "dotenv";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of the clone. */
export const root = resolve(import.meta.dirname, "..");

/** The environment with what .env adds to it; an empty variable is a missing one, and .env overrides nothing. */
export function withEnvFile(environment: Environment, text: string): Environment {
  const own = Object.entries(environment).filter(([, value]) => value !== undefined && value !== "");
  const file = Object.entries(parse(text)).filter(([, value]) => value !== "");
  return { ...Object.fromEntries(file), ...Object.fromEntries(own) };
}

export function loadEnvironment(folder = root, environment: Environment = process.env): Environment {
  const file = join(folder, ".env");
  const loaded = withEnvFile(environment, existsSync(file) ? readFileSync(file, "utf8") : "");
  const home = environment["HOME"] ?? homedir();
  return {
    PULUMI_BACKEND_URL: `file://${join(home, ".studygiveway", "state")}`,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...loaded,
    PATH: [join(root, "node_modules", ".bin"), loaded["PATH"] ?? ""].join(delimiter),
  };
}

/** The folder of a backend of files. */
export function backendFolder(url: string, home = homedir()): string | undefined {
  if (!url.startsWith("file://")) return undefined;
  const path = url.slice("file://".length).replace(/\?.*$/, "");
  return resolve(path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path);
}

/** Where what can be made again is kept, one folder per user. */
export function cacheFolder(environment: Environment = process.env): string {
  const base = environment["XDG_CACHE_HOME"] ?? "";
  return join(base === "" ? join(environment["HOME"] ?? homedir(), ".cache") : base, "studygiveway");
}

/** The text of a .env file with values written where they are missing or empty; what is set stays. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  const present = parse(text);
  let result = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  for (const [name, value] of Object.entries(values)) {
    if ((present[name] ?? "") !== "") continue;
    const line = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=.*$`, "m");
    const assignment = `${name}=${value}`;
    result = line.test(result) ? result.replace(line, () => assignment) : `${result}${assignment}\n`;
  }
  return result;
}

/**
 * Completes .env, made from .env.sample when there is none, with what this machine needs and the environment does not
 * say; returns the names that were written.
 */
export function completeEnvFile(
  values: Readonly<Record<string, string>>,
  environment: Environment,
  folder = root,
): string[] {
  const file = join(folder, ".env");
  const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const text = before ?? readFileSync(join(folder, ".env.sample"), "utf8");
  const present = withEnvFile({}, before ?? "");
  const passphrase = environment["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? environment["PULUMI_CONFIG_PASSPHRASE"];
  const wanted =
    passphrase === undefined ? { ...values, PULUMI_CONFIG_PASSPHRASE: randomBytes(24).toString("base64url") } : values;
  const after = fillIn(text, wanted);
  if (after === before) return [];
  // Written whole or not at all: half a file would be a system with half its credentials.
  const draft = `${file}.${String(process.pid)}.new`;
  writeFileSync(draft, after, { mode: 0o600, flag: "wx" });
  renameSync(draft, file);
  return Object.keys(wanted).filter((name) => present[name] === undefined);
}
