import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { SettingsError, type Problem } from "./problem.ts";
import { type Sources } from "./settings.ts";
import { gatherVariables, type VariableSources } from "./variables.ts";

const root = resolve(import.meta.dirname, "../..");

/** Where .env and Pulumi.<environment>.yaml are read, and the process's environment. */
export function readFiles(): Omit<Sources, "stack" | "stackConfig"> {
  const problems: Problem[] = [];
  return {
    environment: process.env,
    file: readEnv(problems),
    environmentFile: (environment) => read(`Pulumi.${environment}.yaml`)?.toString("utf8"),
    readFile: (path) => read(path)?.toString("utf8"),
    groupOf: (socket) => statSync(socket, { throwIfNoEntry: false })?.gid,
    problems,
  };
}

/**
 * The texts of all variables that are set, for programs we start: they read the environment and know no .env.
 * The values are judged later, by the stack that uses them.
 */
export function loadVariables(): ReadonlyMap<string, string> {
  const problems: Problem[] = [];
  const gathered = gatherVariables({ environment: process.env, file: readEnv(problems) });
  if (problems.length + gathered.problems.length > 0) throw new SettingsError([...problems, ...gathered.problems]);
  return gathered.texts;
}

function readEnv(problems: Problem[]): VariableSources["file"] {
  const named = process.env.ENV_FILE ?? "";
  const name = named === "" ? ".env" : named;
  try {
    return { name, bytes: readFileSync(resolve(root, name)) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "an error";
    // Without a .env everything has its default; a file that was asked for or cannot be read is another matter.
    if (named === "" && code === "ENOENT") return undefined;
    const remedy = "name a file that exists and may be read, or unset ENV_FILE";
    problems.push({ path: name, got: code, expected: "a file", remedy });
    return undefined;
  }
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(resolve(root, path));
  } catch {
    return undefined;
  }
}
