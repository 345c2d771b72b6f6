import { CommandError } from "../../tools/command.ts";

/** How many tests passed, by what Maven says last; undefined where it does not say that all did, or ran none. */
export function summary(output: string): number | undefined {
  const said = [...output.matchAll(/Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)/g)].at(-1);
  const [passed, ...others] = (said ?? []).slice(1).map(Number);
  return passed !== undefined && passed > 0 && others.every((count) => count === 0) ? passed : undefined;
}

/** What Maven calls an error, each line once, without its advice on itself. */
export function failure(code: number, output: string): CommandError {
  const advice = /re-run Maven|\[Help 1\]|To see the full stack trace|For more information/i;
  const errors = output
    .split("\n")
    .filter((line) => line.startsWith("[ERROR] ") && !advice.test(line))
    .map((line) => line.slice("[ERROR] ".length));
  const stderr = [...new Set(errors)].slice(0, 15).join("\n");
  return new CommandError(["mvn", "test"], { code, stdout: output, stderr }, 900);
}
