import { type ForgeSettings, loadEnvironmentSettings, type Settings } from "../settings/index.ts";
import { type Context } from "./context.ts";
import { type Forge, openForge } from "./forge/forge.ts";
import { pullRequestNumber } from "./forge/pull-request-number.ts";
import { Refused } from "./refused.ts";

/** A commit that a merge may have made. */
export interface MergedCommit {
  /** All 40 digits. */
  readonly commit?: string | undefined;
  /** Its message, which mostly names the pull request. */
  readonly message?: string | undefined;
}

/** `sgw pull-request`: prints the number of the pull request that a commit merged; 1 where it merged none. */
export async function pullRequest(
  { json, out, progress }: Pick<Context, "json" | "out" | "progress">,
  merged: MergedCommit,
  { forge }: Pick<Settings, "forge"> = loadEnvironmentSettings({ kind: "platform" }),
  open: (settings: ForgeSettings) => Forge = openForge,
): Promise<number> {
  const pr = await resolvePullRequest(merged, forge, open);
  if (json) out(`${JSON.stringify({ pr: pr ?? null })}\n`);
  else if (pr !== undefined) out(`${pr}\n`);
  else
    progress.say(
      "pr",
      `neither the commit nor ${forge === undefined ? "a forge (FORGE is not set)" : "the forge"} names one`,
    );
  return pr === undefined ? 1 : 0;
}

/** By the commit's message, and by the forge only where that does not tell. */
export async function resolvePullRequest(
  { commit, message }: MergedCommit,
  forge: ForgeSettings | undefined,
  open: (settings: ForgeSettings) => Forge = openForge,
): Promise<number | undefined> {
  if (commit === undefined && message === undefined) {
    throw new Refused({
      path: "--commit",
      got: "nothing",
      expected: "a commit or a message",
      remedy: "add --commit with the commit that was built, or --message with its message; sgw report also takes --pr",
    });
  }
  if (commit !== undefined && !/^[0-9a-f]{40}$/.test(commit)) {
    throw new Refused({
      path: "--commit",
      got: JSON.stringify(commit.slice(0, 60)),
      expected: "40 hexadecimal digits",
      remedy: "write what `git rev-parse HEAD` prints",
    });
  }
  const named = message === undefined ? undefined : pullRequestNumber(message, forge?.kind, forge?.repository);
  if (named !== undefined || commit === undefined || forge === undefined) return named;
  return open(forge).pullRequestOfCommit(commit);
}
