import { z } from "zod";
import { checked } from "./checked.ts";
import { type Deployment } from "./forge.ts";
import { type GitlabClient } from "./gitlab.ts";

const deployments = z.object({
  id: z.int(),
  sha: z.string(),
  status: z.string(),
  environment: z.object({ id: z.int(), external_url: z.string().nullish() }),
});
type Recorded = z.infer<typeof deployments>;

const statuses = { in_progress: "running", success: "success", failure: "failed" } as const;
type Going = keyof typeof statuses;

const call = "GitLab deployments";

export async function recordDeployment(client: GitlabClient, deployment: Deployment): Promise<void> {
  const { state } = deployment;
  const newest = await newestOf(client, deployment.environment);
  if (state === "inactive") {
    // A newer deployment took its place already, which makes it inactive without our doing.
    if (newest?.sha === deployment.sha) await client.gitlab.Environments.stop(client.project, newest.environment.id);
    return;
  }
  const isSame = newest?.sha === deployment.sha && (state !== "in_progress" || newest.status === "running");
  const recorded = isSame ? await proceed(client, newest, state) : await create(client, deployment, state);
  const { id, external_url: known } = recorded.environment;
  if (deployment.url === undefined || deployment.url === known) return;
  await client.gitlab.Environments.edit(client.project, id, { externalUrl: deployment.url });
}

async function newestOf({ gitlab, project }: GitlabClient, environment: string): Promise<Recorded | undefined> {
  const options = { environment, orderBy: "id", sort: "desc", perPage: 1, page: 1 } as const;
  return checked(z.array(deployments), call, await gitlab.Deployments.all(project, options))[0];
}

/** GitLab takes no status that a deployment has already. */
async function proceed({ gitlab, project }: GitlabClient, recorded: Recorded, state: Going): Promise<Recorded> {
  const status = statuses[state];
  if (recorded.status !== status) await gitlab.Deployments.edit(project, recorded.id, status);
  return recorded;
}

async function create({ gitlab, project }: GitlabClient, deployment: Deployment, state: Going): Promise<Recorded> {
  const { environment, sha } = deployment;
  // GitLab wants a branch or a tag, too, and takes the commit for one.
  const made = await gitlab.Deployments.create(project, environment, sha, sha, false, { status: statuses[state] });
  return checked(deployments, call, made);
}
