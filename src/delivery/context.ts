import { type Engine } from "../cluster/engine.ts";
import { type Environment as Variables } from "../../tools/environment.ts";
import { type Progress } from "../../tools/progress.ts";
import { type Holder } from "./holder.ts";
import { type Workspace } from "./workspace.ts";

/** What every verb is given. */
export interface Context {
  /** For the programs it starts: .env beneath this process's environment, with Pulumi on PATH. */
  readonly env: Variables;
  readonly engine: Engine;
  readonly workspace: Workspace;
  /** This process, as other deployers see it. */
  readonly holder: Holder;
  /** On stderr; results go to stdout. */
  readonly progress: Progress;
  /** Results as JSON. */
  readonly json: boolean;
  /** Nobody is asked. */
  readonly yes: boolean;
  readonly out: (text: string) => void;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly interrupted: AbortSignal;
}
