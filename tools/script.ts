import { parseArgs, type ParseArgsConfig } from "node:util";
import { EngineError } from "../src/cluster/engine.ts";
import { LeaseLostError } from "../src/delivery/held-lease.ts";
import { PulumiError } from "../src/delivery/pulumi-error.ts";
import { Refused } from "../src/delivery/refused.ts";
import { UpdateError } from "../src/delivery/workspace.ts";
import { SettingsError } from "../src/settings/problem.ts";
import { CommandError, endCommands } from "./command.ts";
import { endOnSignal } from "./interruption.ts";
import { Refusal } from "./refusal.ts";

type Flags = Readonly<Record<string, { readonly type: "boolean" | "string" }>>;
type Values<F extends Flags> = { readonly [K in keyof F]?: F[K]["type"] extends "boolean" ? boolean : string };

/** The outside of every command here: its flags, its --help, and an exit code that tells the truth. */
export function script<F extends Flags>(
  usage: string,
  flags: F,
  work: (values: Values<F>, interrupted: AbortSignal) => Promise<number>,
): void {
  const interrupted = endOnSignal();
  const options: ParseArgsConfig["options"] = { ...flags, help: { type: "boolean", short: "h" } };
  let values: Record<string, unknown>;
  try {
    ({ values } = parseArgs({ options, strict: true, allowPositionals: false }));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  if (values["help"] === true) {
    process.stdout.write(usage);
    return;
  }
  work(values as Values<F>, interrupted).then(
    (code) => {
      process.exitCode = code;
    },
    async (error: unknown) => {
      if (interrupted.aborted) process.exit(130);
      process.stderr.write(`\n${explain(error)}\n`);
      // What still runs beside the part that failed would only delay the answer.
      await endCommands();
      process.exit(1);
    },
  );
}

function explain(error: unknown): string {
  const isTold = [
    EngineError,
    Refusal,
    Refused,
    CommandError,
    LeaseLostError,
    PulumiError,
    UpdateError,
    SettingsError,
  ].some((kind) => error instanceof kind);
  if (isTold && error instanceof Error) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
