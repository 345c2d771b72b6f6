import { parse } from "dotenv";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { credentialNames } from "../../src/settings/credentials.ts";
import { outputs, project, pulumi } from "./world.ts";

interface State {
  readonly deployment: {
    readonly resources?: readonly {
      readonly type: string;
      readonly urn: string;
      readonly outputs?: Readonly<Record<string, unknown>>;
    }[];
  };
}

/** The stack's state as text; with its secrets readable, or as it is for anybody. */
export async function exportState(stack: string, { secrets = false } = {}): Promise<string> {
  const { stdout } = await pulumi(stack, ["stack", "export", ...(secrets ? ["--show-secrets"] : [])]);
  return stdout;
}

/** What somebody wrote into .env. */
export function givenCredentials(): Map<string, string> {
  const file = parse(readFileSync(join(project, ".env")));
  return new Map(
    credentialNames.flatMap((name) => {
      const value = file[variableOf(name)] ?? "";
      return value === "" ? [] : [[name, value] as const];
    }),
  );
}

/** The variable that gives a credential: ADMIN_PASSWORD for adminPassword. */
export function variableOf(credential: string): string {
  return credential.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** Every credential of a stack, given or generated. */
export async function credentialsOf(stack: string): Promise<Map<string, string>> {
  const generated = await secretsIn(stack, "random:index/randomPassword:RandomPassword", "result");
  return new Map([...givenCredentials(), ...generated]);
}

/** The secret files of a stack that are one password or key as a whole. */
export async function secretFiles(stack: string): Promise<Map<string, string>> {
  const files = await secretsIn(stack, "docker:index/secret:Secret", "data");
  const texts = files.map(([name, data]) => [name, Buffer.from(data, "base64").toString("utf8").trim()] as const);
  return new Map(texts.filter(([, text]) => /^\S{16,128}$/.test(text)));
}

async function secretsIn(stack: string, kind: string, output: string): Promise<(readonly [string, string])[]> {
  const state = JSON.parse(await exportState(stack, { secrets: true })) as State;
  return (state.deployment.resources ?? [])
    .filter(({ type }) => type === kind)
    .map(({ urn, outputs }) => [urn.split("::").at(-1) ?? "", plaintext(outputs?.[output])] as const);
}

/** The passwords and keys in the stack's secret outputs: also what one stack derives for another. */
export async function secretOutputs(stack: string): Promise<Map<string, string>> {
  const [all, open] = await Promise.all([outputs(stack, { secrets: true }), outputs(stack)]);
  const hidden = Object.entries(all).filter(([name]) => open[name] === "[secret]");
  // An output with one secret is secret as a whole, host names and all.
  return new Map(hidden.flatMap(([name, value]) => texts(name, value)).filter(([path]) => /password|key/i.test(path)));
}

function texts(path: string, value: unknown): (readonly [string, string])[] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => texts(`${path}.${key}`, inner));
}

function plaintext(value: unknown): string {
  if (typeof value === "string") return value;
  const { plaintext: json } = value as { plaintext: string };
  return JSON.parse(json) as string;
}
