import { createInterface } from "node:readline/promises";
import { type Context } from "./context.ts";
import { Refused } from "./refused.ts";

interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Shows what is going to happen and asks; a machine has said --yes before. Refuses where the answer is no. */
export async function confirm(
  { yes, interrupted }: Pick<Context, "yes" | "interrupted">,
  plan: readonly string[],
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  terminal.output.write(`${plan.join("\n")}\n`);
  refuseUnasked({ yes });
  if (yes) return;
  const answer = await ask(terminal, interrupted);
  if (/^y(es)?$/i.test(answer)) return;
  throw new Refused({
    path: "confirmation",
    got: JSON.stringify(answer),
    expected: "y or yes",
    remedy: "run it again if it is wanted after all; nothing was changed",
  });
}

/** Ctrl-C means what it means everywhere else; the end of the input is no answer. */
async function ask(terminal: Terminal, interrupted: AbortSignal): Promise<string> {
  const questions = createInterface(terminal);
  const ended = new AbortController();
  questions.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  questions.once("close", () => {
    ended.abort();
  });
  try {
    const signal = AbortSignal.any([interrupted, ended.signal]);
    return (await questions.question("Go on? [y/N] ", { signal })).trim();
  } catch (error) {
    interrupted.throwIfAborted();
    if (error instanceof Error && error.name === "AbortError") return "";
    throw error;
  } finally {
    questions.close();
  }
}

/** For who has to work for the plan: refuses where nobody could be asked about it. */
export function refuseUnasked({ yes }: Pick<Context, "yes">): void {
  if (yes || process.stdin.isTTY) return;
  throw new Refused({
    path: "confirmation",
    got: "no terminal to ask at",
    expected: "--yes",
    remedy: "add it where nobody can be asked",
  });
}
