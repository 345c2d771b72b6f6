import { shortDigest } from "../status/text.ts";
import { shortened } from "./shortened.ts";
import { type CommitStatus, type Deployment } from "./forge.ts";
import { type Station } from "./stations.ts";

/** What the one comment of ours on a pull request is found by. */
export const commentMarker = "studygiveway/delivery";

/** The comment on a pull request, in Markdown: where it is. It changes only with what it says. */
export function commentText(stations: readonly Station[]): string {
  const rows = stations.map(({ environment, url, generation, image, state, reason }) => {
    const why = reason === undefined || state !== "failed" ? "" : `: ${verbatim(shortened(reason, 300))}`;
    return [environment.toUpperCase(), url ?? "–", String(generation), verbatim(shortDigest(image)), `${state}${why}`];
  });
  const table = [["Environment", "URL", "Generation", "Image", "State"], ["---", "---", "---", "---", "---"], ...rows];
  return rows.length === 0 ? "Deployed nowhere yet." : table.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** In a cell of a table, without a meaning of its own: no link, no mention, no end of the cell. */
function verbatim(text: string): string {
  return `\`${text.replaceAll("`", "'").replaceAll("|", "\\|")}\``;
}

/** What is said beside a commit, one line for each environment. */
export function statusOf({ environment, generation, state, url, reason }: Station): CommitStatus {
  const said = {
    deploying: ["pending", `generation ${generation} is being deployed`],
    live: ["success", `live as generation ${generation}`],
    replaced: ["success", `was live as generation ${generation}, a newer one took its place`],
    failed: ["failure", `generation ${generation} failed${reason === undefined ? "" : `: ${reason}`}`],
    removed: ["success", `was live as generation ${generation}, and is removed again`],
  } as const;
  const [kind, description] = said[state];
  return { context: `studygiveway/${environment}`, state: kind, description: shortened(description), url };
}

/** The record of what is deployed in an environment. */
export function deploymentOf({ environment, generation, state, url, reason }: Station, sha: string): Deployment {
  const forgeStates = {
    deploying: "in_progress",
    live: "success",
    replaced: "inactive",
    failed: "failure",
    removed: "inactive",
  } as const;
  const why = state === "failed" && reason !== undefined ? `: ${reason}` : "";
  return { environment, sha, state: forgeStates[state], url, description: shortened(`generation ${generation}${why}`) };
}

/** What is said beside a commit of the pipeline that deploys, whether or not it came to a deployment. */
export function pipelineStatus(state: CommitStatus["state"], url?: string): CommitStatus {
  const said = { pending: "the pipeline runs", success: "the pipeline succeeded", failure: "the pipeline failed" };
  return { context: "studygiveway/pipeline", state, description: said[state], url };
}
