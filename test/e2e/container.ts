import { type CommandResult, must, run } from "../../tools/command.ts";
import { containerOf } from "./world.ts";

/** Runs a shell line in the container of the only task of a service; what it returns is for the caller to judge. */
export async function attempt(service: string, line: string, timeoutSeconds = 60): Promise<CommandResult> {
  const { id } = await containerOf(service);
  return run(["docker", "exec", id, "sh", "-c", line], { timeoutSeconds });
}

/** Runs a shell line that has to succeed and returns what it printed. */
export async function shell(service: string, line: string, timeoutSeconds = 60): Promise<string> {
  const { id } = await containerOf(service);
  return must(["docker", "exec", id, "sh", "-c", line], { timeoutSeconds });
}

/** A text as one word of a shell line. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
