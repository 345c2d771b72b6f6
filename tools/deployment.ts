import { type CommandOptions, must, run } from "./command.ts";
import { type Environment, root } from "./environment.ts";
import { type Progress } from "./progress.ts";
import { UpdateOutput } from "./update-output.ts";

const statusSeconds = 5;

/** An update failed; the message is what Pulumi said about it. */
export class DeploymentError extends Error {
  override readonly name = "DeploymentError";
}

/** The names of the stacks in the backend. */
export async function listStacks(env: Environment): Promise<string[]> {
  const stacks = JSON.parse(await must(["pulumi", "stack", "ls", "--json"], options(env, 60))) as { name: string }[];
  // A backend shared with other projects shows names like organization/project/stack.
  return stacks.map(({ name }) => name.split("/").at(-1) ?? name);
}

/** Brings a stack up; makes it first when it is not there. */
export async function bringUp(
  stack: string,
  env: Environment,
  known: readonly string[],
  progress: Progress,
): Promise<void> {
  await progress.step(stack, async (say) => {
    if (!known.includes(stack)) await must(["pulumi", "stack", "init", stack, "--no-select"], options(env, 60));
    return update(["up", "--stack", stack], env, say);
  });
}

/**
 * Removes all resources of a stack, and the stack. The provider reports a failure when a container takes longer to end
 * than its grace period, although the service is gone; only a refresh finds that out.
 */
export async function tearDown(stack: string, env: Environment, progress: Progress): Promise<void> {
  await progress.step(stack, async (say) => {
    const destroy = ["destroy", "--remove", "--stack", stack];
    for (let tries = 0; tries < 2; tries++) {
      try {
        return await update(tries === 0 ? destroy : [...destroy, "--refresh"], env, say);
      } catch (error) {
        if (!(error instanceof DeploymentError)) throw error;
        say("not everything let go at once; looks at what is left and tries again");
      }
    }
    return update([...destroy, "--refresh"], env, say);
  });
}

/** The outputs of a stack, those that are secret masked. */
export async function outputsOf(stack: string, env: Environment): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await must(["pulumi", "stack", "output", "--json", "--stack", stack], options(env, 60))) as Record<
    string,
    unknown
  >;
}

async function update(verb: readonly string[], env: Environment, say: (text: string) => void) {
  const output = new UpdateOutput();
  let said = "";
  const pulse = setInterval(() => {
    if (output.status === said) return;
    said = output.status;
    say(said);
  }, statusSeconds * 1000);
  const flags = [
    "--yes",
    "--skip-preview",
    "--non-interactive",
    "--suppress-outputs",
    "--color",
    "never",
    "--parallel",
    "64",
  ];
  const command = ["pulumi", ...verb, ...flags];
  const { code } = await run(command, { ...options(env, 1800), onLine: output.add.bind(output) }).finally(() => {
    clearInterval(pulse);
  });
  if (code !== 0) throw new DeploymentError(`pulumi ${verb.join(" ")} failed (exit code ${code}):\n${output.failure}`);
  return { value: undefined, said: output.summary };
}

function options(env: Environment, timeoutSeconds: number): CommandOptions {
  return { env, cwd: root, timeoutSeconds };
}
