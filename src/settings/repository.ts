import { z } from "zod";
import { envFileText, readEnvFile } from "./env-file.ts";
import { field, type Problem } from "./problem.ts";
import { type ReadFile } from "./tls.ts";

/** What Jenkins delivers, and what its deploy agent has to know for that. */
export interface RepositorySettings {
  /** Where git fetches from. */
  readonly url: string;
  /** For a repository that not everybody may read. */
  readonly credentials: { readonly user: string; readonly token: string } | undefined;
  /** The variables as they were given, credentials among them: the agent runs on the same ones. */
  readonly variables: Readonly<Record<string, string>>;
  /** What the secrets in the state are encrypted with; none with a backend that keeps them itself. */
  readonly passphrase: string | undefined;
}

const visible = (most: number) => new RegExp(`^[\\x21-\\x7e]{1,${most}}$`);

/** The variables of .env that are about the repository. */
export const repositoryFields = {
  REPOSITORY_URL: field(
    // Plain characters only: it becomes part of a script.
    z
      .string()
      .max(500)
      .regex(/^https:\/\/[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:\/[A-Za-z0-9._~-]+)+$/)
      .optional(),
    "the https URL of a git repository, of plain characters and without credentials",
    "write it like https://github.com/owner/name.git, or leave it empty for no pipeline",
    true,
  ),
  REPOSITORY_USER: field(
    z.string().regex(visible(255)).optional(),
    "1 to 255 visible ASCII characters",
    "copy it again from the forge",
  ),
  REPOSITORY_TOKEN: field(
    z.string().regex(visible(4096)).optional(),
    "1 to 4096 visible ASCII characters",
    "copy it again from the forge",
    true,
  ),
};

type RepositoryEnv = { readonly [K in keyof typeof repositoryFields]?: z.output<(typeof repositoryFields)[K]> };

interface Given {
  readonly env: RepositoryEnv;
  readonly texts: ReadonlyMap<string, string>;
  readonly path: (variable: string) => string;
}

/** The repository, or none where REPOSITORY_URL is empty; for variables without faults. */
export function repositoryOf({ env, texts }: Given, readFile: ReadFile): RepositorySettings | undefined {
  const { REPOSITORY_URL: url, REPOSITORY_USER: user, REPOSITORY_TOKEN: token } = env;
  if (url === undefined) return undefined;
  return {
    url,
    credentials: user === undefined || token === undefined ? undefined : { user, token },
    variables: Object.fromEntries(texts),
    passphrase: passphraseOf(texts, readFile),
  };
}

function passphraseOf(texts: ReadonlyMap<string, string>, readFile: ReadFile): string | undefined {
  const file = texts.get("PULUMI_CONFIG_PASSPHRASE_FILE");
  // Pulumi looks at the variable first, and cuts white space off what it reads from the file.
  return texts.get("PULUMI_CONFIG_PASSPHRASE") ?? (file === undefined ? undefined : readFile(file)?.trim());
}

export function repositoryFaults(given: Given, readFile: ReadFile): Problem[] {
  const { texts } = given;
  if (texts.has("REPOSITORY_URL")) {
    return [...credentialFaults(given), ...backendFaults(given), ...passphraseFaults(given, readFile), ...forms(given)];
  }
  const stray = ["REPOSITORY_USER", "REPOSITORY_TOKEN"].filter((name) => texts.has(name));
  return stray.map((name) => ({
    path: given.path(name),
    got: "a value",
    expected: "none, because REPOSITORY_URL is empty",
    remedy: "set REPOSITORY_URL or remove it",
  }));
}

function credentialFaults({ texts, path }: Given): Problem[] {
  const names = ["REPOSITORY_USER", "REPOSITORY_TOKEN"];
  const missing = names.filter((name) => !texts.has(name));
  if (missing.length !== 1) return [];
  return missing.map((name) => ({
    path: path(name),
    got: "nothing",
    expected: `a value, because ${names.filter((other) => other !== name).join("")} is set`,
    remedy: "set both, or none for a repository that everybody may read",
  }));
}

function backendFaults({ texts, path }: Given): Problem[] {
  const backend = texts.get("PULUMI_BACKEND_URL");
  if (backend !== undefined && /^(?:s3|https|postgres):\/\//.test(backend)) return [];
  return [
    {
      path: path("PULUMI_BACKEND_URL"),
      got:
        backend === undefined ? "nothing" : backend.startsWith("file:") ? "a folder of this machine" : "another place",
      expected:
        "one that the deploy agent reaches as well, because REPOSITORY_URL is set: s3://, https:// or postgres://",
      remedy: "move the state there (README, Pipeline), or leave REPOSITORY_URL empty and deploy from here",
    },
  ];
}

function passphraseFaults({ texts, path }: Given, readFile: ReadFile): Problem[] {
  if (texts.has("PULUMI_ACCESS_TOKEN") || passphraseOf(texts, readFile) !== undefined) return [];
  const name = "PULUMI_CONFIG_PASSPHRASE_FILE";
  const isNamed = texts.has(name);
  return [
    {
      path: path(isNamed ? name : "PULUMI_CONFIG_PASSPHRASE"),
      got: isNamed ? "a file that cannot be read" : "nothing",
      expected: "the passphrase of the state, because REPOSITORY_URL is set and the deploy agent can ask nobody",
      remedy: `set PULUMI_CONFIG_PASSPHRASE or ${name}`,
    },
  ];
}

/** The agent reads the variables from a file, so they have to fit into one. */
function forms({ texts, path }: Given): Problem[] {
  return [...texts].flatMap(([name, value]) => {
    const read = readEnvFile("", Buffer.from(envFileText({ [name]: value })));
    if (read.problems.length === 0 && read.entries.get(name)?.value === value) return [];
    const remedy = "choose another one: the deploy agent reads it from a file";
    return [
      {
        path: path(name),
        got: "a value that no .env can hold",
        expected: "one line without ` $( ${ or both quotes",
        remedy,
      },
    ];
  });
}
