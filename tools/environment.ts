import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { loadVariables } from "../src/settings/files.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of the clone. */
export const root = resolve(import.meta.dirname, "..");

/** What the programs we start are given: this process's environment, .env beneath it, and our defaults at the bottom. */
export function loadEnvironment(): Environment {
  const own = Object.entries(process.env).filter(([, value]) => value !== "");
  const environment = { ...Object.fromEntries(own), ...Object.fromEntries(loadVariables()) };
  const folder = join(environment["HOME"] ?? homedir(), ".studygiveway", "state");
  return {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...environment,
    PULUMI_BACKEND_URL: backendUrl(environment["PULUMI_BACKEND_URL"] ?? `file://${folder}`),
    PATH: [join(root, "node_modules", ".bin"), environment["PATH"] ?? ""].join(delimiter),
  };
}

/**
 * The address of a backend with which its files are only ever whole. Beside each file Pulumi writes another one,
 * `.attrs`, which it needs for nothing but cannot read when it is empty, as it is for a moment at every write and for
 * ever after a power loss at that moment ("failed to load checkpoint: EOF"). `metadata=skip` does without them.
 */
export function backendUrl(url: string): string {
  if (!url.startsWith("file://") || /[?&]metadata=/.test(url)) return url;
  return `${url}${url.includes("?") ? "&" : "?"}metadata=skip`;
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
