import { credentialNames, type Credentials, credentialSchema } from "./credentials.ts";
import { readEnvFile } from "./env-file.ts";
import { type Env, envSchema } from "./env.ts";
import { portClashes, portNames, type Ports, portSchema } from "./ports.ts";
import { check, type Problem, unknownName } from "./problem.ts";

/** The two places a variable can come from. */
export interface VariableSources {
  /** The process's own environment, which wins over the file for the names we know and is not judged for others. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file: { readonly name: string; readonly bytes: Uint8Array } | undefined;
}

export interface Variables {
  readonly env: Partial<Env>;
  readonly ports: Partial<Ports>;
  readonly credentials: Partial<Credentials>;
  /** A variable's name and where it was written. */
  readonly path: (variable: string) => string;
  /** What was given, as it was written. */
  readonly texts: ReadonlyMap<string, string>;
  /** The names that have a value. */
  readonly given: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

function upperSnake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

const envVariables = Object.keys(envSchema.shape);
const portVariables = new Map(portNames.map((name) => [name as string, `${upperSnake(name)}_PORT`]));
const credentialVariables = new Map(credentialNames.map((name) => [name as string, upperSnake(name)]));

/** Every name that may stand in .env. */
export const variableNames: readonly string[] = [
  ...envVariables,
  ...portVariables.values(),
  ...credentialVariables.values(),
];

/** The texts of the known variables; an empty one is a missing one. */
export function gatherVariables({ environment, file }: VariableSources) {
  const { entries, problems } =
    file === undefined ? { entries: undefined, problems: [] } : readEnvFile(file.name, file.bytes);
  const texts = new Map<string, string>();
  const places = new Map<string, string>();
  for (const name of variableNames) {
    const own = environment[name] ?? "";
    const entry = entries?.get(name);
    const text = own === "" ? (entry?.value ?? "") : own;
    if (text !== "") texts.set(name, text);
    if (own !== "") places.set(name, "environment variable");
    else if (file && entry) places.set(name, `${file.name}:${entry.line}`);
  }
  const strangers = [...(entries ?? [])].filter(([name]) => !variableNames.includes(name));
  const unknown = strangers.map(([name, entry]) =>
    unknownName(`${name.slice(0, 60)} (${file?.name ?? ""}:${entry.line})`, name, variableNames),
  );
  return { texts, places, problems: [...problems, ...unknown] };
}

export function readVariables(sources: VariableSources): Variables {
  const { texts, places, problems } = gatherVariables(sources);
  const path = (variable: string) => {
    const place = places.get(variable);
    return place === undefined ? variable : `${variable} (${place})`;
  };
  const raw = (variables: ReadonlyMap<string, string>) =>
    Object.fromEntries(
      [...variables].flatMap(([key, variable]) => (texts.has(variable) ? [[key, texts.get(variable)]] : [])),
    );
  const named = (variables: ReadonlyMap<string, string>) => (keys: readonly PropertyKey[]) =>
    path(variables.get(String(keys[0])) ?? String(keys[0]));

  const same = new Map(envVariables.map((name) => [name, name]));
  const env = check(envSchema, raw(same), named(same));
  const ports = check(portSchema, raw(portVariables), named(portVariables));
  const credentials = check(credentialSchema, raw(credentialVariables), named(credentialVariables));
  return {
    env: env.values,
    ports: ports.values,
    credentials: credentials.values,
    path,
    texts,
    given: new Set(texts.keys()),
    problems: [
      ...problems,
      ...env.problems,
      ...ports.problems,
      ...credentials.problems,
      ...portClashes(ports.values, (name) => path(portVariables.get(name) ?? name)),
    ],
  };
}
