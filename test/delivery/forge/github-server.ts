import {
  type ForgeServer,
  headSha,
  mergeSha,
  pageOf,
  type Recorded,
  type Reply,
  startForgeServer,
} from "./forge-server.ts";

export interface GithubPull {
  readonly number: number;
  title: string;
  state: "open" | "closed";
  merged: boolean;
}

export interface GithubComment {
  readonly id: number;
  readonly issue: number;
  readonly author: number;
  body: string;
}

export interface GithubDeployment {
  readonly id: number;
  readonly sha: string;
  readonly environment: string;
  readonly description: string;
  /** Oldest first. */
  readonly statuses: { readonly state: string; readonly environment_url: string; readonly description: string }[];
}

export interface GithubServer extends ForgeServer {
  readonly repository: string;
  readonly token: string;
  readonly pulls: GithubPull[];
  readonly comments: GithubComment[];
  readonly statuses: Record<string, unknown>[];
  readonly deployments: GithubDeployment[];
}

/** The account that the token belongs to, a bot, and somebody else. */
export const githubBot = 278_716_306;
export const githubPerson = 583_231;

const documentation_url = "https://docs.github.com/rest";

/** What GitHub's REST API answers to what we ask of it, with its paths, headers, statuses and JSON. */
export async function startGithub(
  known: Partial<Pick<GithubServer, "repository" | "token">> = {},
): Promise<GithubServer> {
  const { repository = "octo/app", token = "ghp_0123456789abcdefghij" } = known;
  const world = { pulls: [], comments: [], statuses: [], deployments: [] } as World;
  const server = await startForgeServer((request, base) => {
    if (request.authorization !== `token ${token}`) return refusal(401, "Bad credentials");
    if (request.method === "POST" && request.path === "/graphql") {
      return { status: 200, json: { data: { viewer: { databaseId: githubBot } } } };
    }
    const own = `/repos/${repository}`;
    if (request.path !== own && !request.path.startsWith(`${own}/`)) return refusal(404, "Not Found");
    return route(world, { ...request, path: request.path.slice(own.length) }, request, base);
  });
  return { ...server, ...world, repository, token };
}

type World = Pick<GithubServer, "pulls" | "comments" | "statuses" | "deployments">;

function refusal(status: number, message: string, errors?: unknown): Reply {
  const json = { message, ...(errors === undefined ? {} : { errors }), documentation_url, status: String(status) };
  return { status, json };
}

function list(items: readonly unknown[], request: Recorded, base: string): Reply {
  const page = pageOf(items, request, base);
  return { status: 200, json: page.items, headers: page.last > 1 ? { link: page.link } : {} };
}

function route(world: World, { method, path, query, body }: Recorded, whole: Recorded, base: string): Reply {
  const at = (pattern: RegExp) => pattern.exec(path)?.slice(1).map(decodeURIComponent);
  const key = (pattern: RegExp, verb: string) => (method === verb ? at(pattern) : undefined);
  let found: string[] | undefined;
  if (method === "GET" && path === "") return { status: 200, json: { id: 1_296_269, private: true } };
  if (key(/^\/pulls$/, "GET")) {
    const state = query.get("state") ?? "open";
    const asked = world.pulls.filter((pull) => state === "all" || pull.state === state);
    return list(asked.map(pullJson), whole, base);
  }
  if ((found = key(/^\/pulls\/(\d+)$/, "GET"))) {
    const wanted = Number(found[0]);
    const pull = world.pulls.find(({ number }) => number === wanted);
    return pull === undefined ? refusal(404, "Not Found") : { status: 200, json: pullJson(pull) };
  }
  if ((found = key(/^\/commits\/([0-9a-f]+)\/pulls$/, "GET"))) {
    const [sha = ""] = found;
    const of = world.pulls.filter(({ number }) => headSha(number) === sha || mergeSha(number) === sha);
    return of.length === 0 ? refusal(422, `No commit found for SHA: ${sha}`) : list(of.map(pullJson), whole, base);
  }
  if ((found = key(/^\/statuses\/([0-9a-f]{40})$/, "POST"))) return status(world, found[0] ?? "", body);
  return comments(world, { method, path, body }, whole, base) ?? deployments(world, method, path, query, body);
}

function status({ statuses }: World, sha: string, body: Recorded["body"]): Reply {
  if (!["error", "failure", "pending", "success"].includes(String(body.state)))
    return refusal(422, "Validation Failed");
  if (String(body.description).length > 140) return tooLong("Status", "description is too long (maximum is 140)");
  const made = { id: statuses.length + 1, sha, ...body };
  statuses.push(made);
  return { status: 201, json: made };
}

function tooLong(resource: string, message: string): Reply {
  return refusal(422, "Validation Failed", [{ resource, code: "custom", field: "description", message }]);
}

type Asked = Pick<Recorded, "method" | "path" | "body">;

function comments({ comments: all }: World, asked: Asked, whole: Recorded, base: string): Reply | undefined {
  const { method, path, body } = asked;
  const [, issue] = /^\/issues\/(\d+)\/comments$/.exec(path) ?? [];
  if (issue !== undefined && method === "GET") {
    return list(all.filter((one) => one.issue === Number(issue)).map(commentJson), whole, base);
  }
  if (issue !== undefined && method === "POST") {
    const id = Math.max(0, ...all.map((one) => one.id)) + 1;
    const made = { id, issue: Number(issue), author: githubBot, body: String(body.body) };
    all.push(made);
    return { status: 201, json: commentJson(made) };
  }
  const [, id] = /^\/issues\/comments\/(\d+)$/.exec(path) ?? [];
  if (id === undefined) return undefined;
  const index = all.findIndex((one) => one.id === Number(id));
  const one = all[index];
  if (one === undefined) return refusal(404, "Not Found");
  if (method === "PATCH") {
    one.body = String(body.body);
    return { status: 200, json: commentJson(one) };
  }
  if (method === "DELETE") {
    all.splice(index, 1);
    return { status: 204 };
  }
  return undefined;
}

function deployments(
  world: World,
  method: string,
  path: string,
  query: URLSearchParams,
  body: Recorded["body"],
): Reply {
  const { deployments: all } = world;
  if (method === "GET" && path === "/deployments") {
    const [environment, sha] = [query.get("environment"), query.get("sha")];
    const asked = all.filter(
      (one) => (environment ?? one.environment) === one.environment && (sha ?? one.sha) === one.sha,
    );
    return {
      status: 200,
      json: asked
        .toReversed()
        .slice(0, Number(query.get("per_page") ?? 30))
        .map(deploymentJson),
    };
  }
  if (method === "POST" && path === "/deployments") {
    if (body.auto_merge !== false)
      return { status: 202, json: { message: "Auto-merged main into topic on deployment." } };
    const isUnchecked = Array.isArray(body.required_contexts) && body.required_contexts.length === 0;
    if (!isUnchecked) return refusal(409, "Conflict: Commit status checks failed for topic");
    const id = all.length + 1;
    const { ref, environment = "production", description = "" } = body as Readonly<Record<string, string>>;
    const made = { id, sha: ref ?? "", environment, description, statuses: [] };
    all.push(made);
    return { status: 201, json: deploymentJson(made) };
  }
  const [, id] = /^\/deployments\/(\d+)\/statuses$/.exec(path) ?? [];
  const one = all.find((each) => each.id === Number(id));
  if (one === undefined) return refusal(404, "Not Found");
  if (method === "GET")
    return { status: 200, json: one.statuses.toReversed().slice(0, Number(query.get("per_page") ?? 30)) };
  return deploymentStatus(all, one, body as Readonly<Record<string, string>>);
}

function deploymentStatus(
  all: GithubDeployment[],
  one: GithubDeployment,
  body: Readonly<Record<string, string>>,
): Reply {
  const { state = "", description = "", environment_url = "" } = body;
  const states = ["error", "failure", "inactive", "in_progress", "queued", "pending", "success"];
  if (!states.includes(state)) return refusal(422, "Validation Failed");
  if (description.length > 140) return tooLong("DeploymentStatus", "description is too long (maximum is 140)");
  one.statuses.push({ state, description, environment_url });
  if (state === "success" && (body.auto_inactive as unknown) !== false) {
    for (const former of all.filter(({ id, environment }) => id < one.id && environment === one.environment)) {
      const idle = { state: "inactive", description: "", environment_url: "" };
      if (former.statuses.at(-1)?.state === "success") former.statuses.push(idle);
    }
  }
  return { status: 201, json: { id: one.statuses.length, state, description, environment_url } };
}

function user(id: number) {
  const login = id === githubBot ? "deployer[bot]" : "octocat";
  return { login, id, type: id === githubBot ? "Bot" : "User", site_admin: false };
}

function pullJson({ number, title, state, merged }: GithubPull) {
  return {
    id: 1000 + number,
    number,
    state,
    locked: false,
    title,
    draft: false,
    user: user(githubPerson),
    html_url: `https://github.com/octo/app/pull/${number}`,
    head: { label: `octo:topic-${number}`, ref: `topic-${number}`, sha: headSha(number), repo: null },
    base: { label: "octo:staging", ref: "staging", sha: "0".repeat(40) },
    merge_commit_sha: mergeSha(number),
    merged_at: merged ? "2024-05-02T10:00:00Z" : null,
    created_at: "2024-05-01T10:00:00Z",
  };
}

function commentJson({ id, body, author }: GithubComment) {
  return { id, node_id: `IC_${id}`, body, user: user(author), created_at: "2024-05-02T10:00:00Z" };
}

function deploymentJson({ id, sha, environment, description }: GithubDeployment) {
  const fixed = { task: "deploy", payload: {}, transient_environment: false, production_environment: false };
  return { id, sha, ref: sha, environment, description, ...fixed, creator: user(githubBot) };
}
