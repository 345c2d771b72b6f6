import { type Operation } from "./timing.ts";

/** A way to bring up a release. */
export interface Contender {
  readonly name: string;
  /** How each operation is asked for; what a tool has no word for is left out. */
  readonly commands: Readonly<Partial<Record<Operation, readonly string[]>>>;
  readonly folder: string;
  /** Done before the first operation, not timed. */
  readonly prepare: () => Promise<unknown>;
  /** Done after the last, not timed: nothing may be left that would help the next fresh one. */
  readonly clean: () => Promise<unknown>;
}
