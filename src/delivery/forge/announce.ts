import { type Environment } from "../../identity.ts";
import { type CommitStatus, type Forge, ForgeError } from "./forge.ts";
import { commentMarker, commentText, deploymentOf, pipelineStatus, statusOf } from "./report.ts";
import { type Station } from "./stations.ts";

/** What there is to tell about a pull request. */
export interface News {
  readonly pr: number;
  /** All environments it came to; they make up the comment. */
  readonly stations: readonly Station[];
  /** Only of this one the commit's status and the deployment are told; of all where none is given. */
  readonly environment?: Environment | undefined;
  /** A commit beside the newest of the pull request that gets the statuses, too: the one that its merge made. */
  readonly sha?: string | undefined;
  /** How the pipeline stands, and its page. */
  readonly pipeline?: CommitStatus["state"] | undefined;
  readonly pipelineUrl?: string | undefined;
}

/**
 * Tells the forge all of it and returns what it could not tell. It never throws: no deployment fails because nobody
 * hears of it. When the forge does not answer it is not asked any further, so that an outage costs a minute at most.
 */
export async function announce(forge: Forge, news: News): Promise<readonly Error[]> {
  const faults: Error[] = [];
  const told = async <T>(tell: () => Promise<T>): Promise<T | undefined> => {
    if (faults.some(isOutage)) return undefined;
    try {
      return await tell();
    } catch (error) {
      faults.push(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  };
  const pull = await told(() => forge.pullRequest(news.pr));
  if (pull === undefined) return faults.length > 0 ? faults : [unknown(forge, news.pr)];
  await told(() => forge.comment(news.pr, commentMarker, commentText(news.stations)));
  const stations = news.stations.filter(({ environment }) => environment === (news.environment ?? environment));
  const statuses = stations.map(statusOf);
  if (news.pipeline !== undefined) statuses.push(pipelineStatus(news.pipeline, news.pipelineUrl));
  for (const sha of new Set([pull.sha, news.sha])) {
    if (sha === undefined) continue;
    for (const status of statuses) await told(() => forge.status(sha, status));
  }
  // Always by the same commit: the merges into the branches of STAGING, QA and PROD make one each.
  const { sha } = pull;
  if (sha !== undefined) {
    for (const station of stations) await told(() => forge.deployment(deploymentOf(station, sha)));
  }
  return faults;
}

/** No answer, the forge's own fault, a token that is not taken, or a limit: the next question would end the same way. */
function isOutage(error: Error): boolean {
  if (!(error instanceof ForgeError)) return false;
  const { status } = error;
  return status === undefined || status === 401 || status === 429 || status >= 500;
}

function unknown({ kind, repository }: Forge, pr: number): ForgeError {
  return new ForgeError(`pull request ${pr}`, {
    got: `a number that ${repository} does not have`,
    expected: `one of ${kind === "github" ? "GitHub" : "GitLab"}`,
    remedy: "check FORGE_REPOSITORY and --pr",
  });
}
