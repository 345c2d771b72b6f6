import { badEnvFiles } from "./bad-env-files.ts";
import { badForges } from "./bad-forges.ts";
import { badRepositories } from "./bad-repositories.ts";
import { badSections } from "./bad-sections.ts";
import { badStackNames } from "./bad-stack-names.ts";
import { badVariables } from "./bad-variables.ts";

/** Settings that must be refused before anything is created. */
export interface BadInput {
  readonly title: string;
  /** The stack's name; staging-pr-1 where none is given. */
  readonly stack?: string;
  /** The content of .env. */
  readonly env?: string | Uint8Array;
  /** Variables of the process. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The stack's own configuration, as `pulumi config set --path` leaves it. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** The content of Pulumi.<environment>.yaml; the committed one where none is given. */
  readonly environmentFile?: string;
  /** How a line of the error begins; `path: got X, expected Y`. Files are named as .env and Pulumi.staging.yaml. */
  readonly says: string;
  /** Part of the same line: what to do. */
  readonly remedy: string;
  /** What the error must not contain. */
  readonly secret?: string;
}

export const badInputs: readonly BadInput[] = [
  ...badStackNames,
  ...badEnvFiles,
  ...badVariables,
  ...badForges,
  ...badRepositories,
  ...badSections,
];
