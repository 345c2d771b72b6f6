import { interruptCommands } from "./command.ts";

/**
 * Aborted by the first Ctrl-C, SIGTERM or SIGHUP, which also ends every command that runs; the second ends this process
 * at once.
 */
export function endOnSignal(): AbortSignal {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(130);
      process.stderr.write("\nInterrupted: ends what is under way; the next run takes it up.\n");
      interruption.abort(new Error("interrupted"));
      void interruptCommands();
    });
  }
  return interruption.signal;
}
