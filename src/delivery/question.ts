import { createInterface } from "node:readline/promises";
import { type Context } from "./context.ts";
import { Refused } from "./refused.ts";

/** Shows what is going to happen and asks; a machine has said --yes before. */
export async function confirm({ yes }: Pick<Context, "yes">, plan: readonly string[]): Promise<boolean> {
  process.stderr.write(`${plan.join("\n")}\n`);
  refuseUnasked({ yes });
  if (yes) return true;
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await questions.question("Go on? [y/N] ");
  questions.close();
  return /^y(es)?$/i.test(answer.trim());
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
