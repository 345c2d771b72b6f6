import { type Gitlab } from "@gitbeaker/rest";
import { z } from "zod";
import { type ForgeSettings } from "../../settings/index.ts";
import { checked } from "./checked.ts";
import { type Comments, keepComment } from "./comments.ts";
import { shortened } from "./shortened.ts";
import { type CommitStatus, type Forge, type PullRequest } from "./forge.ts";
import { type ForgeError, forgeErrorIn } from "./forge-error.ts";
import { recordDeployment } from "./gitlab-deployment.ts";
import { requesterFor } from "./gitlab-requester.ts";
import { type Page, pageSize, readPages, readSteadily } from "./pages.ts";
import { createSender, type Patience } from "./sender.ts";

const mergeRequests = z.object({
  iid: z.int().positive(),
  state: z.enum(["opened", "closed", "locked", "merged"]),
  sha: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  squash_commit_sha: z.string().nullish(),
});
type Merge = z.infer<typeof mergeRequests>;

const notes = z.object({ id: z.int(), body: z.string(), author: z.object({ id: z.int() }) });

/** One conversation: a client whose requests share the time that patience has. */
export interface GitlabClient {
  readonly gitlab: InstanceType<typeof Gitlab>;
  /** group/subgroup/project */
  readonly project: string;
}

export function openGitlab(settings: ForgeSettings, patience: Patience): Forge {
  const ask = async <T>(work: (client: GitlabClient) => Promise<T>): Promise<T> => {
    // Loaded only when it is spoken to: most verbs never do, and `sgw status` is to answer at once.
    const { Gitlab: Client } = await import("@gitbeaker/rest");
    const gitlab = new Client({
      host: settings.url,
      // Takes project tokens too, and unlike the header PRIVATE-TOKEN it is dropped when another host is redirected to.
      oauthToken: settings.token,
      queryTimeout: null,
      requesterFn: requesterFor(createSender(settings, patience)),
    });
    try {
      return await work({ gitlab, project: settings.repository });
    } catch (error) {
      throw forgeErrorIn(error, "GitLab");
    }
  };
  return {
    kind: "gitlab",
    repository: settings.repository,
    openPullRequests: () => ask(openPullRequests),
    pullRequest: (number) => ask((client) => pullRequest(client, number)),
    pullRequestOfCommit: (sha) => ask((client) => pullRequestOfCommit(client, sha)),
    comment: (number, marker, body) => ask((client) => keepComment(commentsOf(client, number), marker, body)),
    status: (sha, status) => ask((client) => putStatus(client, sha, status)),
    deployment: (deployment) => ask((client) => recordDeployment(client, deployment)),
  };
}

async function openPullRequests({ gitlab, project }: GitlabClient): Promise<PullRequest[]> {
  const call = "GitLab list of open merge requests";
  const read = async (page: number) =>
    pageOf(
      mergeRequests,
      call,
      await gitlab.MergeRequests.all({
        projectId: project,
        state: "opened",
        orderBy: "created_at",
        sort: "asc",
        perPage: pageSize,
        page,
        showExpanded: true,
      }),
    );
  return (await readSteadily(call, read, ({ iid }) => iid)).map(pullRequestOf);
}

async function pullRequest({ gitlab, project }: GitlabClient, number: number): Promise<PullRequest | undefined> {
  try {
    const found = await gitlab.MergeRequests.show(project, number);
    return pullRequestOf(checked(mergeRequests, "GitLab merge request", found));
  } catch (error) {
    ignore(error, 404);
  }
  // A project that the token may not see answers the same, and that says nothing about the merge request.
  await gitlab.Projects.show(project);
  return undefined;
}

async function pullRequestOfCommit({ gitlab, project }: GitlabClient, sha: string): Promise<number | undefined> {
  const call = "GitLab merge requests of a commit";
  try {
    const options = { perPage: pageSize, showExpanded: true };
    const found = await readPages(call, async (page) =>
      pageOf(mergeRequests, call, await gitlab.Commits.allMergeRequests(project, sha, { ...options, page })),
    );
    const merged = found.filter(({ state }) => state === "merged");
    const made = merged.find((one) => one.merge_commit_sha === sha || one.squash_commit_sha === sha);
    return (made ?? (merged.length === 1 ? merged[0] : undefined))?.iid;
  } catch (error) {
    ignore(error, 404);
  }
  await gitlab.Projects.show(project);
  return undefined;
}

async function putStatus({ gitlab, project }: GitlabClient, sha: string, status: CommitStatus): Promise<void> {
  const { context, state, description, url } = status;
  const states = { pending: "running", success: "success", failure: "failed" } as const;
  try {
    await gitlab.Commits.editStatus(project, sha, states[state], {
      context,
      description: shortened(description),
      ...(url !== undefined && { targetUrl: url }),
    });
  } catch (error) {
    // GitLab refuses to be told a second time that something is running.
    if (state !== "pending" || !/Cannot transition status/.test(forgeErrorIn(error, "GitLab").message)) throw error;
    ignore(error, 400);
  }
}

function commentsOf({ gitlab, project }: GitlabClient, number: number): Comments {
  const call = "GitLab notes of a merge request";
  const { MergeRequestNotes: api } = gitlab;
  return {
    viewer: async () =>
      checked(z.object({ id: z.int() }), "GitLab GET /api/v4/user", await gitlab.Users.showCurrentUser()).id,
    list: async () => {
      const options = { perPage: pageSize, showExpanded: true };
      const all = await readPages(call, async (page) =>
        pageOf(notes, call, await api.all(project, number, { ...options, page })),
      );
      return all.map(({ id, body, author }) => ({ id, body, author: author.id }));
    },
    create: async (body) => {
      await api.create(project, number, body);
    },
    edit: async (id, body) => {
      await api.edit(project, number, id, { body });
    },
    remove: async (id) => {
      await api.remove(project, number, id).catch((error: unknown) => {
        ignore(error, 404);
      });
    },
  };
}

/** Throws anything but an answer with that status. */
function ignore(error: unknown, status: number): void {
  const found: ForgeError = forgeErrorIn(error, "GitLab");
  if (found.status !== status) throw found;
}

// Page by page, because Gitbeaker itself goes by the header Link alone.
export function pageOf<T extends z.ZodType>(item: T, call: string, answer: unknown): Page<z.output<T>> {
  const paging = z.object({ next: z.int().nullish() }).optional();
  const { data, paginationInfo } = checked(z.object({ data: z.array(item), paginationInfo: paging }), call, answer);
  return { items: data, hasNext: typeof paginationInfo?.next === "number" };
}

function pullRequestOf({ iid, sha }: Merge): PullRequest {
  return { number: iid, sha: sha ?? undefined };
}
