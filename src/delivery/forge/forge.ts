import { type ForgeKind, type ForgeSettings } from "../../settings/index.ts";
import { openGithub } from "./github.ts";
import { openGitlab } from "./gitlab.ts";
import { type Patience, usualPatience } from "./sender.ts";

export { ForgeError } from "./forge-error.ts";

/** A pull request of GitHub, a merge request of GitLab. */
export interface PullRequest {
  readonly number: number;
  /** Its newest commit; undefined where GitLab has none, for a request without changes. */
  readonly sha: string | undefined;
}

export interface CommitStatus {
  /** Who says so, and about what: studygiveway/staging. A later one of the same context takes its place. */
  readonly context: string;
  readonly state: "pending" | "success" | "failure";
  /** What is beyond 140 characters is cut off. */
  readonly description: string;
  /** Where to read on. */
  readonly url?: string | undefined;
}

export interface Deployment {
  /** Its name at the forge: staging. */
  readonly environment: string;
  /** The commit that is deployed, all 40 digits. */
  readonly sha: string;
  /** inactive: it was destroyed, or another one took its place. */
  readonly state: "in_progress" | "success" | "failure" | "inactive";
  /** Where it answers. */
  readonly url?: string | undefined;
  /** What is beyond 140 characters is cut off. GitLab keeps none. */
  readonly description?: string | undefined;
}

/**
 * Where pull requests live and deployments are reported to. Everything may be said twice without harm. Each call ends
 * within a minute, and with a ForgeError where the forge does not answer as documented.
 */
export interface Forge {
  readonly kind: ForgeKind;
  readonly repository: string;
  /** All of them. A page that fails makes all of it fail; see `trusted` for what an empty list means. */
  readonly openPullRequests: () => Promise<readonly PullRequest[]>;
  /** Undefined for a number that the forge does not know, which is not the same as closed. */
  readonly pullRequest: (number: number) => Promise<PullRequest | undefined>;
  /** The pull request whose merge brought a commit into its branch. */
  readonly pullRequestOfCommit: (sha: string) => Promise<number | undefined>;
  /** Keeps one comment of this account under the marker, which is hidden in its first line: studygiveway/delivery. */
  readonly comment: (number: number, marker: string, body: string) => Promise<void>;
  readonly status: (sha: string, status: CommitStatus) => Promise<void>;
  readonly deployment: (deployment: Deployment) => Promise<void>;
}

/** Connects to nothing yet; the first call does. */
export function openForge(settings: ForgeSettings, patience: Patience = usualPatience): Forge {
  return settings.kind === "github" ? openGithub(settings, patience) : openGitlab(settings, patience);
}

/**
 * The numbers of the open pull requests, or undefined where the list says nothing: then nothing may be removed for not
 * being on it. An empty list is such a one, because a repository just renamed or restored, or a token that lost a
 * permission, is answered for with an empty list, too.
 */
export function trusted(open: readonly PullRequest[]): ReadonlySet<number> | undefined {
  return open.length === 0 ? undefined : new Set(open.map(({ number }) => number));
}
