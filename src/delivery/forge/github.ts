import { type Octokit } from "@octokit/rest";
import { z } from "zod";
import { type ForgeSettings } from "../../settings/index.ts";
import { checked } from "./checked.ts";
import { type Comments, keepComment } from "./comments.ts";
import { shortened } from "./shortened.ts";
import { type CommitStatus, type Forge, type PullRequest } from "./forge.ts";
import { ForgeError, forgeErrorIn } from "./forge-error.ts";
import { recordDeployment } from "./github-deployment.ts";
import { type Page, pageSize, readPages, readSteadily } from "./pages.ts";
import { createSender, type Patience } from "./sender.ts";

const pullRequests = z.object({
  number: z.int().positive(),
  head: z.object({ sha: z.string() }),
  merged_at: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
});
type Pull = z.infer<typeof pullRequests>;

// The author of a comment is null when the account is deleted.
const comments = z.object({
  id: z.int(),
  body: z
    .string()
    .nullish()
    .transform((body) => body ?? ""),
  user: z.object({ id: z.int() }).nullable(),
});

/** One conversation: a client whose requests share the time that patience has. */
export interface GithubClient {
  readonly octokit: Octokit;
  readonly place: { readonly owner: string; readonly repo: string };
}

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export function openGithub(settings: ForgeSettings, patience: Patience): Forge {
  const [owner = "", repo = ""] = settings.repository.split("/");
  const ask = async <T>(work: (client: GithubClient) => Promise<T>): Promise<T> => {
    // Loaded only when it is spoken to: most verbs never do, and `sgw status` is to answer at once.
    const { Octokit: Client } = await import("@octokit/rest");
    const octokit = new Client({
      auth: settings.token,
      baseUrl: settings.url,
      userAgent: "studygiveway-infra",
      log: quiet,
      request: { fetch: createSender(settings, patience) },
    });
    try {
      return await work({ octokit, place: { owner, repo } });
    } catch (error) {
      throw forgeErrorIn(error, "GitHub");
    }
  };
  return {
    kind: "github",
    repository: settings.repository,
    openPullRequests: () => ask(openPullRequests),
    pullRequest: (number) => ask((client) => pullRequest(client, number)),
    pullRequestOfCommit: (sha) => ask((client) => pullRequestOfCommit(client, sha)),
    comment: (number, marker, body) => ask((client) => keepComment(commentsOf(client, number), marker, body)),
    status: (sha, status) => ask((client) => putStatus(client, sha, status)),
    deployment: (deployment) => ask((client) => recordDeployment(client, deployment)),
  };
}

async function openPullRequests({ octokit, place }: GithubClient): Promise<PullRequest[]> {
  const call = "GitHub list of open pull requests";
  const read = async (page: number) =>
    pageOf(
      pullRequests,
      call,
      await octokit.rest.pulls.list({
        ...place,
        state: "open",
        sort: "created",
        direction: "asc",
        per_page: pageSize,
        page,
      }),
    );
  return (await readSteadily(call, read, ({ number }) => number)).map(pullRequestOf);
}

async function pullRequest({ octokit, place }: GithubClient, number: number): Promise<PullRequest | undefined> {
  try {
    const { data } = await octokit.rest.pulls.get({ ...place, pull_number: number });
    return pullRequestOf(checked(pullRequests, "GitHub pull request", data));
  } catch (error) {
    const found = forgeErrorIn(error, "GitHub");
    if (found.status !== 404) throw found;
  }
  // A repository that the token may not see answers the same, and that says nothing about the pull request.
  await octokit.rest.repos.get(place);
  return undefined;
}

async function pullRequestOfCommit({ octokit, place }: GithubClient, sha: string): Promise<number | undefined> {
  const call = "GitHub pull requests of a commit";
  try {
    const found = await readPages(call, async (page) =>
      pageOf(
        pullRequests,
        call,
        await octokit.rest.repos.listPullRequestsAssociatedWithCommit({
          ...place,
          commit_sha: sha,
          per_page: pageSize,
          page,
        }),
      ),
    );
    const merged = found.filter(({ merged_at }) => typeof merged_at === "string");
    const made = merged.find(({ merge_commit_sha }) => merge_commit_sha === sha);
    // A rebase merge brings several commits in; all belong to the one pull request.
    return (made ?? (merged.length === 1 ? merged[0] : undefined))?.number;
  } catch (error) {
    const found = forgeErrorIn(error, "GitHub");
    if (found.status === 422) return undefined; // No commit found for SHA
    throw found;
  }
}

async function putStatus({ octokit, place }: GithubClient, sha: string, status: CommitStatus): Promise<void> {
  const { context, state, description, url } = status;
  await octokit.rest.repos.createCommitStatus({
    ...place,
    sha,
    context,
    state,
    description: shortened(description),
    ...(url !== undefined && { target_url: url }),
  });
}

function commentsOf({ octokit, place }: GithubClient, number: number): Comments {
  const call = "GitHub comments of a pull request";
  return {
    viewer: async () => {
      // Not GET /user: the token of a GitHub App is refused there and answered here.
      const answer = await octokit.graphql("query { viewer { databaseId } }").catch((error: unknown) => {
        if (error instanceof Error && error.name === "GraphqlResponseError") {
          throw new ForgeError("GitHub POST /graphql", {
            got: "errors",
            remedy: "set FORGE_TOKEN to one that is valid",
          });
        }
        throw error;
      });
      return checked(z.object({ viewer: z.object({ databaseId: z.int() }) }), "GitHub viewer", answer).viewer
        .databaseId;
    },
    list: async () => {
      const all = await readPages(call, async (page) =>
        pageOf(
          comments,
          call,
          await octokit.rest.issues.listComments({ ...place, issue_number: number, per_page: pageSize, page }),
        ),
      );
      return all.map(({ id, body, user }) => ({ id, body, author: user?.id ?? 0 }));
    },
    create: async (body) => {
      await octokit.rest.issues.createComment({ ...place, issue_number: number, body });
    },
    edit: async (id, body) => {
      await octokit.rest.issues.updateComment({ ...place, comment_id: id, body });
    },
    remove: async (id) => {
      await octokit.rest.issues.deleteComment({ ...place, comment_id: id }).catch((error: unknown) => {
        const found = forgeErrorIn(error, "GitHub");
        if (found.status !== 404) throw found;
      });
    },
  };
}

interface Listed {
  readonly data: unknown;
  readonly headers: { readonly link?: string | undefined };
}

// Not Octokit's own pagination: it takes a 409 in the middle of a list, and an empty body, for the list's end.
export function pageOf<T extends z.ZodType>(item: T, call: string, { data, headers }: Listed): Page<z.output<T>> {
  const hasNext = /;\s*rel="?next"?/.test(headers.link ?? "");
  return { items: checked(z.array(item), call, data), hasNext };
}

function pullRequestOf({ number, head }: Pull): PullRequest {
  return { number, sha: head.sha };
}
