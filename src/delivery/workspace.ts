import { type Deployment, type EngineEvent, LocalWorkspace, Stack } from "@pulumi/pulumi/automation/index.js";
import { must } from "../../tools/command.ts";
import { type Environment as Variables } from "../../tools/environment.ts";
import { parseStackName } from "../identity.ts";
import { type Holder, holderVariable } from "./holder.ts";
import { EventLog } from "./event-log.ts";
import { type Dead, withoutLock } from "./lock.ts";
import { PulumiError, withoutPasswords, wordsOf } from "./pulumi-error.ts";

export type Say = (text: string) => void;

export interface StackSummary {
  readonly name: string;
  readonly lastUpdate?: string;
  readonly updateInProgress: boolean;
  readonly resourceCount?: number;
}

/** An update failed; the message is what Pulumi said about it. */
export class UpdateError extends Error {
  override readonly name = "UpdateError";
}

interface Operation {
  readonly say: Say;
  /** Ends the operation in order when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** What the gate waits at most, in seconds; else GATE_TIMEOUT_SECONDS. */
  readonly timeoutSeconds?: number | undefined;
}

const parallel = 64;
/** For what only reads and writes the backend. */
const timeoutSeconds = 60;

/** The project's stacks, by the Automation API over the very program that `pulumi up` runs. */
export class Workspace {
  readonly #open: () => Promise<LocalWorkspace>;
  readonly #selected = new Map<string, Stack>();
  readonly #dead: Dead[] = [];
  #local: Promise<LocalWorkspace> | undefined;

  /**
   * Pulumi is not looked for before it is needed. What it is started with are the given variables, and a mark by which
   * it can be found when its starter has died.
   */
  constructor(variables: () => Promise<Variables>, folder: string, holder: Holder) {
    this.#open = async () => {
      const marked: Variables = { ...(await variables()), [holderVariable]: holder.id };
      const set = Object.entries(marked).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      );
      return LocalWorkspace.create({ workDir: folder, envVars: Object.fromEntries(set) });
    };
  }

  #workspace(): Promise<LocalWorkspace> {
    return (this.#local ??= this.#open());
  }

  /** From now on, locks of this deployer are nobody's. */
  succeed(dead: Dead): void {
    this.#dead.push(dead);
  }

  /** All stacks of the backend. */
  async stacks(): Promise<StackSummary[]> {
    const found = await this.#ask((workspace) => workspace.listStacks());
    return found.map(({ name, lastUpdate, updateInProgress, resourceCount }) => ({
      // A backend shared with other projects shows names like organization/project/stack.
      name: name.split("/").at(-1) ?? name,
      ...(lastUpdate !== undefined && { lastUpdate }),
      updateInProgress: updateInProgress ?? false,
      ...(resourceCount !== undefined && { resourceCount }),
    }));
  }

  async exists(stack: string): Promise<boolean> {
    return (await this.stacks()).some(({ name }) => name === stack);
  }

  /** Brings a stack up, and makes it first where it is not there. */
  async up(stack: string, operation: Operation): Promise<string> {
    const selected = await this.#stack(stack, true);
    return this.#within(operation.timeoutSeconds, () =>
      this.#run(stack, operation, (options) => selected.up({ ...options, parallel })),
    );
  }

  /** Removes all resources of a stack, and the stack. Volumes are none of its resources. */
  async destroy(stack: string, operation: Operation): Promise<string> {
    const selected = await this.#stack(stack);
    // The provider fails when a container takes longer to end than it is given, although the service is gone; only a
    // refresh finds that out.
    const tries = [{}, { refresh: true }, { refresh: true }];
    for (const [index, extra] of tries.entries()) {
      try {
        return await this.#run(stack, operation, (options) =>
          selected.destroy({ ...options, ...extra, parallel }).then(() => this.#drop(stack, keptOf(stack))),
        );
      } catch (error) {
        const isLast = index === tries.length - 1 || operation.signal?.aborted === true;
        if (!(error instanceof UpdateError) || isLast) throw error;
        operation.say("not everything let go at once; looks at what is left and tries again");
      }
    }
    throw new Error("unreachable");
  }

  /** What an update would do; the events say it in detail. A stack that was not there is not there afterwards. */
  async preview(stack: string, onEvent: (event: EngineEvent) => void): Promise<Readonly<Record<string, number>>> {
    const isNew = !(await this.exists(stack));
    const selected = await this.#stack(stack, true);
    try {
      return (await this.#ask(() => selected.preview({ color: "never", onEvent, parallel }))).changeSummary;
    } finally {
      // Who deploys it at this moment has locked it, and what has resources is not dropped.
      if (isNew) await this.#drop(stack, ["--preserve-config"]).catch(() => undefined);
    }
  }

  /** Looks at what is really there, and forgets what an interrupted update left pending. */
  async forgetPending(stack: string, operation: Operation): Promise<void> {
    const selected = await this.#stack(stack);
    await this.#run(stack, operation, (options) =>
      selected.refresh({ ...options, parallel, clearPendingCreates: true }),
    );
  }

  /** The state with its secrets in plain text: never to be written or shown. */
  async exportState(stack: string): Promise<Deployment> {
    return this.#ask((workspace) => workspace.exportStack(stack));
  }

  async outputs(
    stack: string,
  ): Promise<Readonly<Record<string, { readonly value: unknown; readonly secret: boolean }>>> {
    return this.#ask((workspace) => workspace.stackOutputs(stack));
  }

  async #stack(name: string, isNew = false): Promise<Stack> {
    const known = this.#selected.get(name);
    if (known !== undefined) return known;
    const found = await this.#ask((workspace) =>
      isNew ? Stack.createOrSelect(name, workspace) : Stack.select(name, workspace),
    );
    this.#selected.set(name, found);
    return found;
  }

  /** Whatever goes wrong may name the backend, and its password with it. */
  async #ask<T>(work: (workspace: LocalWorkspace) => Promise<T>): Promise<T> {
    const workspace = await this.#workspace();
    try {
      return await work(workspace);
    } catch (error) {
      throw new PulumiError(error);
    }
  }

  /** Removes an empty stack; the Automation API has no word for what is to become of its backups. */
  async #drop(stack: string, flags: readonly string[]): Promise<void> {
    this.#selected.delete(stack);
    const { workDir: cwd, envVars: env } = await this.#workspace();
    await must(["pulumi", "stack", "rm", stack, "--yes", "--non-interactive", ...flags], { cwd, env, timeoutSeconds });
  }

  async #run(stack: string, { say, signal }: Operation, work: (options: Options) => Promise<unknown>): Promise<string> {
    // The Automation API does not look at a signal that has come before.
    signal?.throwIfAborted();
    const log = new EventLog(say);
    const workspace = await this.#workspace();
    try {
      await withoutLock(stack, workspace, { say, dead: this.#dead }, () => {
        signal?.throwIfAborted();
        const heard = Promise.withResolvers<undefined>();
        const onEvent = (event: EngineEvent) => {
          heard.resolve(undefined);
          log.add(event);
        };
        const options = { color: "never", suppressOutputs: true, onEvent } as const;
        return work({ ...options, ...(signal && { signal: onceHeard(signal, heard.promise) }) });
      });
      signal?.throwIfAborted();
    } catch (error) {
      signal?.throwIfAborted();
      throw new UpdateError(withoutPasswords(log.failure ?? `${stack}: ${wordsOf(error)}`));
    } finally {
      log.end();
    }
    return log.summary;
  }

  async #within<T>(timeoutSeconds: number | undefined, work: () => Promise<T>): Promise<T> {
    if (timeoutSeconds === undefined) return work();
    const workspace = await this.#workspace();
    const before = workspace.envVars;
    workspace.envVars = { ...before, GATE_TIMEOUT_SECONDS: String(timeoutSeconds) };
    return work().finally(() => {
      workspace.envVars = before;
    });
  }
}

/** The signal, held back until Pulumi has said something: the Automation API misses one that comes before it has started it. */
function onceHeard(signal: AbortSignal, heard: Promise<unknown>): AbortSignal {
  const relay = new AbortController();
  const pass = () => {
    void heard.then(() => {
      relay.abort(signal.reason);
    });
  };
  signal.addEventListener("abort", pass, { once: true });
  return relay.signal;
}

/** Copies of the state of a data tier or the platform outlive it; those of releases would grow without end. */
function keptOf(stack: string): string[] {
  return parseStackName(stack).kind === "release" ? ["--remove-backups"] : [];
}

interface Options {
  readonly color: "never";
  readonly suppressOutputs: boolean;
  readonly onEvent: (event: EngineEvent) => void;
  readonly signal?: AbortSignal;
}
