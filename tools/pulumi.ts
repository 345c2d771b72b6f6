import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { backendFolder, type Environment, loadEnvironment } from "./environment.ts";
import { ensureToolchain, environmentOf } from "./toolchain.ts";

const usage = `usage: npm run pulumi -- <arguments of the Pulumi CLI>

Runs the Pulumi CLI with the variables of .env, the toolchain of this project and its backend of files
(PULUMI_BACKEND_URL, default ~/.studygiveway/state). Its own help: npm run pulumi -- help

  npm run pulumi -- stack ls
  npm run pulumi -- up --stack staging-pr-7
  npm run pulumi -- stack output --show-secrets --stack platform
`;

/** The folder of a backend of files has to be there before Pulumi looks into it; what it holds is nobody else's business. */
export function prepareBackend(env: Environment): void {
  const folder = backendFolder(env["PULUMI_BACKEND_URL"] ?? "");
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
}

async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 0 || argv[0] === "--help" || argv[0] === "-h") {
    process.stdout.write(usage);
    return argv.length === 0 ? 2 : 0;
  }
  const loaded = loadEnvironment();
  const env = environmentOf(await ensureToolchain(loaded, (text) => process.stderr.write(`${text}\n`)), loaded);
  prepareBackend(env);
  const child = spawn("pulumi", argv, { env, stdio: "inherit" });
  // A terminal sends Ctrl-C to the CLI as well, and a second one would keep it from ending in order.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve(code ?? 1);
    });
  });
}

if (import.meta.main) {
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
