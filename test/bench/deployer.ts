import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../../tools/command.ts";
import { inside, type Namespace } from "../e2e/namespace.ts";
import { type Workspace } from "./workspace.ts";

const timeoutSeconds = 600;

export interface Ran {
  readonly stdout: string;
  /** From its start to its end. */
  readonly seconds: number;
}

/** Runs the delivery command of the workspace where the edge listens; it has to succeed. */
export type Deployer = (...argv: readonly string[]) => Promise<Ran>;

export function createDeployer({ folder, env }: Workspace, namespace: Namespace): Deployer {
  return async (...argv) => {
    const command = inside(namespace, [process.execPath, join(folder, "tools", "sgw.ts"), ...argv]);
    const began = Date.now();
    const stdout = await must(command, { cwd: folder, env, timeoutSeconds });
    return { stdout, seconds: (Date.now() - began) / 1000 };
  };
}

/** Says in the workspace how many former releases of PROD stay up. */
export function keepFormer({ folder }: Workspace, count: number): void {
  const file = join(folder, "Pulumi.prod.yaml");
  writeFileSync(file, withKeep(readFileSync(file, "utf8"), count));
}

/** The settings of an environment with another number of former releases that stay up. */
export function withKeep(text: string, count: number): string {
  const line = /^( *studygiveway-infra:keep:) \d+$/m;
  if (!line.test(text)) throw new Error("the settings of PROD do not say how many former releases stay up");
  return text.replace(line, `$1 ${count}`);
}
