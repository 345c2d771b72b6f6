import { EngineError, engineHost, unreachable } from "../src/cluster/engine.ts";
import { type Context } from "../src/delivery/context.ts";
import { LeaseLostError } from "../src/delivery/held-lease.ts";
import { ImageError } from "../src/delivery/image.ts";
import { PromotionError } from "../src/delivery/promotion.ts";
import { PulumiError } from "../src/delivery/pulumi-error.ts";
import { Refused } from "../src/delivery/refused.ts";
import { main } from "../src/delivery/sgw.ts";
import { UpdateError } from "../src/delivery/workspace.ts";
import { StackNameError } from "../src/identity.ts";
import { SettingsError } from "../src/settings/problem.ts";
import { CommandError } from "./command.ts";
import { openContext } from "./context.ts";
import { loadEnvironment } from "./environment.ts";
import { endOnSignal } from "./interruption.ts";
import { createProgress } from "./progress.ts";
import { Refusal } from "./refusal.ts";
import { ensureToolchain, environmentOf } from "./toolchain.ts";

const interrupted = endOnSignal();

function open(flags: { readonly json: boolean; readonly yes: boolean }): Context {
  const env = loadEnvironment();
  const progress = createProgress();
  const say = (text: string) => {
    progress.say("toolchain", text);
  };
  return openContext({ ...flags, env, progress, interrupted }, async () =>
    environmentOf(await ensureToolchain(env, say), env),
  );
}

const refusals = [EngineError, Refused, Refusal, SettingsError, StackNameError];
const failures = [CommandError, ImageError, LeaseLostError, PromotionError, PulumiError, UpdateError];

function explain(error: unknown): { text: string; code: number } {
  if (interrupted.aborted) return { text: "", code: 130 };
  if (!(error instanceof Error)) return { text: String(error), code: 1 };
  if (refusals.some((kind) => error instanceof kind)) return { text: error.message, code: 2 };
  // Whatever else is asked says itself who it was. It may have ended while something was under way.
  const silent = unreachable(engineHost(loadEnvironment()), error);
  if (silent !== undefined) return { text: silent.message, code: 1 };
  const isTold = failures.some((kind) => error instanceof kind);
  return { text: isTold ? error.message : (error.stack ?? error.message), code: 1 };
}

// Whoever reads, like head, may have had enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(process.exitCode ?? 0);
});
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
