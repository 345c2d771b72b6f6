import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Sources } from "../../src/settings/settings.ts";
import { type BadInput } from "./bad-inputs.ts";

const root = resolve(import.meta.dirname, "../..");

export type Input = Partial<Omit<BadInput, "title" | "says" | "remedy" | "secret">> & {
  readonly files?: Readonly<Record<string, string>>;
};

/** What the loader would have read, had the world been like this. */
export function sources(input: Input = {}): Sources {
  const { stack = "staging-pr-1", env, variables = {}, config = {}, environmentFile, files = {} } = input;
  return {
    stack,
    environment: variables,
    file: env === undefined ? undefined : { name: ".env", bytes: typeof env === "string" ? Buffer.from(env) : env },
    environmentFile: (environment) => environmentFile ?? read(`Pulumi.${environment}.yaml`),
    stackConfig: engineConfig(config),
    readFile: (path) => files[path] ?? read(path),
    groupOf: () => undefined,
    problems: [],
  };
}

/** The engine hands structured values over as JSON and plain ones as they are. */
function engineConfig(config: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      `studygiveway-infra:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function read(path: string): string | undefined {
  try {
    return readFileSync(resolve(root, path), "utf8");
  } catch {
    return undefined;
  }
}
