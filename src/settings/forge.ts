import { z } from "zod";
import { field, type Problem } from "./problem.ts";

const forgeKinds = ["github", "gitlab"] as const;
export type ForgeKind = (typeof forgeKinds)[number];

/** Where pull requests live and deployments are reported to. */
export interface ForgeSettings {
  readonly kind: ForgeKind;
  /** The base of the API without final slash: https://api.github.com, https://gitlab.com */
  readonly url: string;
  /** owner/name, or group/subgroup/project. */
  readonly repository: string;
  readonly token: string;
}

const publicUrls: Readonly<Record<ForgeKind, string>> = {
  github: "https://api.github.com",
  gitlab: "https://gitlab.com",
};

const segment = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_-])?";
const repository = new RegExp(`^${segment}(?:/${segment}){1,20}$`);

/** An http(s) URL without credentials, query or fragment; without TLS only where nobody can listen. */
function isApiUrl(text: string): boolean {
  const url = /^https?:\/\/[^\s@?#\\]{1,200}$/.test(text) ? URL.parse(text) : null;
  if (url === null) return false;
  return url.protocol === "https:" || /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/.test(url.hostname);
}

/** The variables of .env that are about the forge. */
export const forgeFields = {
  FORGE: field(z.enum(forgeKinds).optional(), "github or gitlab", "leave it empty to have nothing reported anywhere"),
  FORGE_URL: field(
    z.string().refine(isApiUrl).optional(),
    "the https URL of the API's base (http for this machine only), without credentials",
    "write it like https://github.example.com/api/v3 or https://gitlab.example.com, or leave it empty for the public one",
    true,
  ),
  FORGE_REPOSITORY: field(
    z
      .string()
      .regex(repository)
      .refine((path) => !path.endsWith(".git"))
      .optional(),
    "owner/name, or group/subgroup/project",
    "write it as it stands in the address of its page, without host and without .git",
  ),
  FORGE_TOKEN: field(
    z
      .string()
      .regex(/^[\x21-\x7e]{8,4096}$/)
      .optional(),
    "8 to 4096 visible ASCII characters",
    "copy it again from the forge",
    true,
  ),
};

type ForgeEnv = { readonly [K in keyof typeof forgeFields]?: z.output<(typeof forgeFields)[K]> };

/** The forge, or none where FORGE is empty; for variables without faults. */
export function forgeOf(env: ForgeEnv): ForgeSettings | undefined {
  const { FORGE: kind, FORGE_URL: url, FORGE_REPOSITORY: repository = "", FORGE_TOKEN: token = "" } = env;
  if (kind === undefined) return undefined;
  const base = (url ?? publicUrls[kind]).replace(/\/+$/, "");
  // People copy the URL of GitLab's API with or without its version.
  return { kind, url: kind === "gitlab" ? base.replace(/\/api\/v4$/, "") : base, repository, token };
}

interface Given {
  readonly env: ForgeEnv;
  readonly given: ReadonlySet<string>;
  readonly path: (variable: string) => string;
}

export function forgeFaults({ env, given, path }: Given): Problem[] {
  const set = Object.keys(forgeFields).filter((name) => given.has(name));
  if (set.length === 0) return [];
  const missing = ["FORGE", "FORGE_REPOSITORY", "FORGE_TOKEN"].filter((name) => !given.has(name));
  const incomplete = missing.map((name) => ({
    path: path(name),
    got: "nothing",
    expected: `a value, because ${set.join(" and ")} ${set.length === 1 ? "is" : "are"} set`,
    remedy: "set FORGE, FORGE_REPOSITORY and FORGE_TOKEN, or none of them",
  }));
  return [...incomplete, ...githubFaults(env, path)];
}

function githubFaults({ FORGE, FORGE_URL: url, FORGE_REPOSITORY: repository }: ForgeEnv, path: Given["path"]) {
  if (FORGE !== "github") return [];
  const faults: Problem[] = [];
  if (url !== undefined && /^(?:www\.)?github\.com$/.test(new URL(url).hostname)) {
    faults.push({
      path: path("FORGE_URL"),
      got: "the address of GitHub's pages",
      expected: "that of its API",
      remedy: "leave it empty, or write https://api.github.com",
    });
  }
  if (repository !== undefined && repository.split("/").length !== 2) {
    faults.push({
      path: path("FORGE_REPOSITORY"),
      got: JSON.stringify(repository),
      expected: "owner/name, because GitHub knows no deeper path",
      remedy: "correct it, or set FORGE=gitlab",
    });
  }
  return faults;
}
