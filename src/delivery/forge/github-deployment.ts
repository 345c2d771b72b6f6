import { z } from "zod";
import { checked } from "./checked.ts";
import { shortened } from "./shortened.ts";
import { type Deployment } from "./forge.ts";
import { type GithubClient } from "./github.ts";

const deployments = z.object({ id: z.int(), sha: z.string() });

const deploymentStatuses = z.object({
  state: z.string(),
  description: z.string().nullish(),
  environment_url: z.string().nullish(),
});

const call = "GitHub deployments";

export async function recordDeployment(client: GithubClient, deployment: Deployment): Promise<void> {
  if (deployment.state === "inactive") {
    for (const { id } of await listed(client, deployment)) await putState(client, id, deployment);
    return;
  }
  const { environment, sha } = deployment;
  const [newest] = await listed(client, { environment });
  // An older deployment of the same commit stays as it is: a rollback is a deployment of its own, and only deployments
  // older than the one that succeeds become inactive.
  const id = newest?.sha === sha ? newest.id : await create(client, deployment);
  await putState(client, id, deployment);
}

async function listed({ octokit, place }: GithubClient, filter: Pick<Deployment, "environment"> & { sha?: string }) {
  const { environment, sha } = filter;
  const { data } = await octokit.rest.repos.listDeployments({
    ...place,
    environment,
    ...(sha !== undefined && { sha }),
    per_page: 30,
  });
  return checked(z.array(deployments), call, data).sort((a, b) => b.id - a.id);
}

async function create({ octokit, place }: GithubClient, deployment: Deployment): Promise<number> {
  const { data } = await octokit.rest.repos.createDeployment({
    ...place,
    ref: deployment.sha,
    environment: deployment.environment,
    description: shortened(deployment.description ?? ""),
    // It is deployed already or about to be, whatever other checks say and however far the branch has gone.
    auto_merge: false,
    required_contexts: [],
    // GitHub makes former deployments inactive by itself only where neither is set.
    transient_environment: false,
    production_environment: false,
  });
  return checked(deployments, call, data).id;
}

/** The same is not said twice in a row, so that the history stays readable however often we report. */
async function putState({ octokit, place }: GithubClient, id: number, deployment: Deployment): Promise<void> {
  const { state } = deployment;
  const description = shortened(deployment.description ?? "");
  const url = state === "inactive" ? undefined : deployment.url;
  const { data } = await octokit.rest.repos.listDeploymentStatuses({ ...place, deployment_id: id, per_page: 1 });
  const [last] = checked(z.array(deploymentStatuses), call, data);
  const isSaid =
    last?.state === state && last.description === description && (last.environment_url ?? "") === (url ?? "");
  if (isSaid) return;
  await octokit.rest.repos.createDeploymentStatus({
    ...place,
    deployment_id: id,
    state,
    description,
    ...(url !== undefined && { environment_url: url }),
    auto_inactive: state === "success",
  });
}
