import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type Environment } from "./environment.ts";

interface CommandOptions {
  readonly env?: Environment;
  readonly cwd?: string;
  /** After this many seconds the command and all it started are killed. */
  readonly timeoutSeconds: number;
  /** Called for each line of both streams as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface CommandResult {
  /** 124 when the time was over, as timeout(1) has it; 127 when there is no such program. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly result: CommandResult;

  constructor(argv: readonly string[], result: CommandResult, timeoutSeconds: number) {
    const reason =
      result.code === 124
        ? `did not end within ${String(timeoutSeconds)} s`
        : `failed (exit code ${String(result.code)})`;
    const tail = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-15).join("\n");
    super(`${argv.slice(0, 4).join(" ")} ${reason}${tail === "" ? "" : `:\n${tail}`}`);
    this.result = result;
  }
}

const running = new Set<ChildProcess>();

// Each command leads a process group, so that nothing a shell script started stays behind. A terminal's Ctrl-C does not
// reach such a group by itself.
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

// Once it is over, nothing may go on from where a command was ended: what waits for one waits for ever.
const state = { isOver: false, isTold: false };
const isOver = () => state.isOver;
const never = new Promise<never>(() => undefined);

/** Ends every running command, the whole group of each, and starts no other. */
export async function endCommands(): Promise<void> {
  state.isOver = true;
  for (const child of running) signalGroup(child, "SIGTERM");
  await awaitCommands();
  for (const child of running) signalGroup(child, "SIGKILL");
}

async function awaitCommands(): Promise<void> {
  for (let tries = 0; running.size > 0 && tries < 50; tries++) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** As endCommands, for a program that goes on to its own end: what waits for a command is told. */
export async function interruptCommands(): Promise<void> {
  state.isTold = true;
  await endCommands();
}

function interrupted(argv: readonly string[]): Promise<never> {
  if (!state.isTold) return never;
  return Promise.reject(new CommandError(argv, { code: 130, stdout: "", stderr: "interrupted" }, 0));
}

/** Runs a command to its end; what it returns is for the caller to judge. */
export async function run(argv: readonly string[], options: CommandOptions): Promise<CommandResult> {
  if (isOver()) return interrupted(argv);
  const [program = "", ...rest] = argv;
  const child = spawn(program, rest, {
    env: options.env ?? process.env,
    cwd: options.cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const time = { isOver: false };
  const timer = setTimeout(() => {
    time.isOver = true;
    signalGroup(child, "SIGTERM");
    setTimeout(() => {
      signalGroup(child, "SIGKILL");
    }, 5000).unref();
  }, options.timeoutSeconds * 1000);
  const output = { stdout: [] as string[], stderr: [] as string[] };
  for (const name of ["stdout", "stderr"] as const) {
    createInterface({ input: child[name] }).on("line", (line) => {
      output[name].push(line);
      options.onLine?.(line);
    });
  }
  const code = await new Promise<number>((resolve) => {
    child.on("error", (error) => {
      output.stderr.push(error.message);
      resolve(127);
    });
    child.on("close", (status, signal) => {
      resolve(status ?? (signal === null ? 1 : 128));
    });
  });
  clearTimeout(timer);
  running.delete(child);
  if (isOver()) return interrupted(argv);
  return { code: time.isOver ? 124 : code, stdout: output.stdout.join("\n"), stderr: output.stderr.join("\n") };
}

/** Runs a command that has to succeed and returns what it printed. */
export async function must(argv: readonly string[], options: CommandOptions): Promise<string> {
  const result = await run(argv, options);
  if (result.code !== 0) throw new CommandError(argv, result, options.timeoutSeconds);
  return result.stdout;
}
