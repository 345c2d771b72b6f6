import { openEngine } from "../src/cluster/engine.ts";
import { type Context } from "../src/delivery/context.ts";
import { thisHolder } from "../src/delivery/holder.ts";
import { PromotionError } from "../src/delivery/promotion.ts";
import { Refused } from "../src/delivery/refused.ts";
import { main } from "../src/delivery/sgw.ts";
import { UpdateError, Workspace } from "../src/delivery/workspace.ts";
import { StackNameError } from "../src/identity.ts";
import { SettingsError } from "../src/settings/problem.ts";
import { CommandError, interruptCommands } from "./command.ts";
import { loadEnvironment, root } from "./environment.ts";
import { createProgress } from "./progress.ts";
import { prepareBackend } from "./pulumi.ts";
import { Refusal } from "./refusal.ts";
import { ensureToolchain, environmentOf } from "./toolchain.ts";

const interruption = new AbortController();

/** The first signal ends what is under way in order, the second at once. */
function endOnSignal(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(130);
      process.stderr.write("\nInterrupted: ends what is under way; the next run takes it up.\n");
      interruption.abort(new Error("interrupted"));
      void interruptCommands();
    });
  }
}

function open(flags: { readonly json: boolean; readonly yes: boolean }): Context {
  const env = loadEnvironment();
  const progress = createProgress();
  const holder = thisHolder();
  const variables = async () => {
    prepareBackend(env);
    const say = (text: string) => {
      progress.say("toolchain", text);
    };
    return environmentOf(await ensureToolchain(env, say), env);
  };
  return {
    ...flags,
    env,
    engine: openEngine(env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock"),
    workspace: new Workspace(variables, root, holder),
    holder,
    progress,
    out: (text) => process.stdout.write(text),
    interrupted: interruption.signal,
  };
}

const refusals = [Refused, Refusal, SettingsError, StackNameError];
const failures = [CommandError, PromotionError, UpdateError];

function explain(error: unknown): { text: string; code: number } {
  if (interruption.signal.aborted) return { text: "", code: 130 };
  if (!(error instanceof Error)) return { text: String(error), code: 1 };
  if (refusals.some((kind) => error instanceof kind)) return { text: error.message, code: 2 };
  const isTold = failures.some((kind) => error instanceof kind);
  return { text: isTold ? error.message : (error.stack ?? error.message), code: 1 };
}

// Whoever reads, like head, may have had enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(process.exitCode ?? 0);
});
endOnSignal();
main(process.argv.slice(2), open).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const { text, code } = explain(error);
    process.stderr.write(text === "" ? "" : `\n${text}\n`);
    process.exit(code);
  },
);
