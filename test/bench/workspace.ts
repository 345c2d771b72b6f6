import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { must } from "../../tools/command.ts";
import { backendUrl, type Environment, root } from "../../tools/environment.ts";
import { copyCheckout } from "../e2e/checkout.ts";

/** A copy of the program with a state of its own: Pulumi writes a file for every stack beside it. */
export interface Workspace {
  readonly folder: string;
  readonly env: Environment;
}

export async function createWorkspace(env: Environment): Promise<Workspace> {
  const folder = mkdtempSync(join(tmpdir(), "studygiveway-bench-"));
  await copyCheckout(folder, ["src", "tools", "images", "Pulumi*.yaml", "package.json", "tsconfig.json"]);
  const state = join(folder, "state");
  mkdirSync(state);
  return {
    folder,
    env: {
      ...env,
      PATH: [join(root, "node_modules", ".bin"), env["PATH"] ?? ""].join(delimiter),
      DOMAIN: "bench.test",
      ENV_FILE: undefined,
      PULUMI_BACKEND_URL: backendUrl(`file://${state}`),
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    },
  };
}

export function pulumi({ folder, env }: Workspace, ...argv: readonly string[]): Promise<string> {
  return must(["pulumi", ...argv, "--non-interactive"], { cwd: folder, env, timeoutSeconds: 900 });
}
