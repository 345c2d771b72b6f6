import {
  type ForgeServer,
  headSha,
  mergeSha,
  pageOf,
  type Recorded,
  type Reply,
  startForgeServer,
} from "./forge-server.ts";

export interface GitlabMerge {
  readonly iid: number;
  title: string;
  state: "opened" | "closed" | "locked" | "merged";
}

export interface GitlabNote {
  readonly id: number;
  readonly merge: number;
  readonly author: number;
  body: string;
}

export interface GitlabStatus {
  readonly sha: string;
  readonly name: string;
  status: string;
  description: string;
  target_url: string | null;
}

export interface GitlabEnvironment {
  readonly id: number;
  readonly name: string;
  external_url: string | null;
  state: "available" | "stopped";
}

export interface GitlabDeployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly environment: GitlabEnvironment;
  status: string;
}

export interface GitlabServer extends ForgeServer {
  readonly repository: string;
  readonly token: string;
  readonly merges: GitlabMerge[];
  readonly notes: GitlabNote[];
  readonly statuses: GitlabStatus[];
  readonly environments: GitlabEnvironment[];
  readonly deployments: GitlabDeployment[];
}

type World = Pick<GitlabServer, "merges" | "notes" | "statuses" | "environments" | "deployments">;

/** The account of the project's access token, and somebody else. */
export const gitlabBot = 4096;
export const gitlabPerson = 1;

/** What GitLab's REST API answers to what we ask of it, with its paths, headers, statuses and JSON. */
export async function startGitlab(
  known: Partial<Pick<GitlabServer, "repository" | "token">> = {},
): Promise<GitlabServer> {
  const { repository = "group/sub/app", token = "glpat-0123456789abcdefghij" } = known;
  const world: World = { merges: [], notes: [], statuses: [], environments: [], deployments: [] };
  const server = await startForgeServer((request, base) => {
    if (request.authorization !== `Bearer ${token}`) return { status: 401, json: { message: "401 Unauthorized" } };
    const path = request.path.replace(/^\/api\/v4/, "");
    if (path === request.path) return { status: 404, json: { error: "404 Not Found" } };
    if (path === "/user") return { status: 200, json: user(gitlabBot) };
    const own = `/projects/${encodeURIComponent(repository)}`;
    if (path !== own && !path.startsWith(`${own}/`)) return { status: 404, json: { message: "404 Project Not Found" } };
    return route(world, { ...request, path: path.slice(own.length) }, request, base);
  });
  return { ...server, ...world, repository, token };
}

const missing = (what: string): Reply => ({
  status: 404,
  json: { message: `404 ${what} Not Found`.replace("  ", " ") },
});

function list(items: readonly unknown[], request: Recorded, base: string): Reply {
  const { items: json, page, perPage, last, link } = pageOf(items, request, base);
  const headers = {
    link,
    "x-page": String(page),
    "x-per-page": String(perPage),
    "x-next-page": page < last ? String(page + 1) : "",
    "x-prev-page": page > 1 ? String(page - 1) : "",
    "x-total": String(items.length),
    "x-total-pages": String(last),
  };
  return { status: 200, json, headers };
}

function route(world: World, asked: Recorded, whole: Recorded, base: string): Reply {
  const { method, path, query } = asked;
  if (method === "GET" && path === "") return { status: 200, json: { id: 7, default_branch: "main" } };
  if (method === "GET" && path === "/merge_requests") {
    const state = query.get("state") ?? "all";
    return list(world.merges.filter((one) => state === "all" || one.state === state).map(mergeJson), whole, base);
  }
  const [, iid] = /^\/merge_requests\/(\d+)$/.exec(path) ?? [];
  if (method === "GET" && iid !== undefined) {
    const merge = world.merges.find((one) => one.iid === Number(iid));
    return merge === undefined ? missing("") : { status: 200, json: mergeJson(merge) };
  }
  const [, sha] = /^\/repository\/commits\/([0-9a-f]+)\/merge_requests$/.exec(path) ?? [];
  if (method === "GET" && sha !== undefined) {
    const of = world.merges.filter((one) => headSha(one.iid) === sha || mergeSha(one.iid) === sha);
    return of.length === 0 ? missing("Commit") : list(of.map(mergeJson), whole, base);
  }
  return notes(world, asked, whole, base) ?? status(world, asked) ?? deployments(world, asked) ?? missing("");
}

function notes({ notes: all }: World, { method, path, body }: Recorded, whole: Recorded, base: string) {
  const [, merge, id] = /^\/merge_requests\/(\d+)\/notes(?:\/(\d+))?$/.exec(path) ?? [];
  if (merge === undefined) return undefined;
  const of = all.filter((one) => one.merge === Number(merge));
  if (id === undefined && method === "GET") return list(of.map(noteJson), whole, base);
  if (id === undefined && method === "POST") {
    const made = { id: Math.max(300, ...all.map((one) => one.id)) + 1, merge: Number(merge), author: gitlabBot };
    all.push({ ...made, body: String(body.body) });
    return { status: 201, json: noteJson({ ...made, body: String(body.body) }) };
  }
  const one = of.find((each) => each.id === Number(id));
  if (one === undefined) return missing("");
  if (method === "DELETE") {
    all.splice(all.indexOf(one), 1);
    return { status: 204 };
  }
  one.body = String(body.body);
  return { status: 200, json: noteJson(one) };
}

/** Only what waits or runs is taken further; what has ended gets a successor. */
function status({ statuses }: World, { method, path, body }: Recorded): Reply | undefined {
  const [, sha] = /^\/statuses\/([0-9a-f]{40})$/.exec(path) ?? [];
  if (sha === undefined || method !== "POST") return undefined;
  const {
    state = "",
    context = "default",
    description = "",
    target_url = null,
  } = body as Readonly<Record<string, string>>;
  if (!["pending", "running", "success", "failed", "canceled", "skipped"].includes(state)) {
    return { status: 400, json: { error: "state does not have a valid value" } };
  }
  const going = statuses.find((one) => one.sha === sha && one.name === context && /pending|running/.test(one.status));
  if (going?.status === "running" && state === "running") {
    const reason = 'Cannot transition status via :run from :running (Reason(s): Status cannot transition via "run")';
    return { status: 400, json: { message: reason } };
  }
  const one = going ?? { sha, name: context, status: state, description, target_url };
  if (going === undefined) statuses.push(one);
  Object.assign(one, { status: state, description, target_url });
  return { status: 201, json: { id: statuses.indexOf(one) + 1, ref: "staging", allow_failure: false, ...one } };
}

function deployments(world: World, { method, path, query, body }: Recorded): Reply | undefined {
  const { deployments: all, environments } = world;
  if (method === "GET" && path === "/deployments") {
    const of = all.filter((one) => one.environment.name === (query.get("environment") ?? one.environment.name));
    const sorted = query.get("sort") === "desc" ? of.toReversed() : of;
    return { status: 200, json: sorted.slice(0, Number(query.get("per_page") ?? 20)) };
  }
  if (method === "POST" && path === "/deployments") {
    const { environment = "", sha = "", ref = "", status: state = "" } = body as Readonly<Record<string, string>>;
    if (typeof body.tag !== "boolean" || ref === "") return { status: 400, json: { error: "tag is missing" } };
    const at = environments.find(({ name }) => name === environment) ?? {
      id: environments.length + 1,
      name: environment,
      external_url: null,
      state: "available" as const,
    };
    if (!environments.includes(at)) environments.push(at);
    const made = { id: all.length + 41, sha, ref, environment: at, status: state };
    all.push(made);
    if (state === "success") at.state = "available";
    return { status: 201, json: { ...made, iid: all.length, deployable: null } };
  }
  return changed(world, method, path, body);
}

function changed({ deployments: all, environments }: World, method: string, path: string, body: Recorded["body"]) {
  const [, kind, id, verb] = /^\/(deployments|environments)\/(\d+)(\/stop)?$/.exec(path) ?? [];
  const deployment = all.find((one) => kind === "deployments" && one.id === Number(id));
  if (deployment !== undefined && method === "PUT") {
    // A transition that the model does not know is answered without a body.
    const isKnown = deployment.status !== body.status && body.status !== "running";
    if (!isKnown) return { status: 200, json: null };
    deployment.status = String(body.status);
    if (body.status === "success") deployment.environment.state = "available";
    return { status: 200, json: deployment };
  }
  const environment = environments.find((one) => kind === "environments" && one.id === Number(id));
  if (environment === undefined) return undefined;
  if (verb === "/stop" && method === "POST") environment.state = "stopped";
  else if (method === "PUT") environment.external_url = String(body.external_url);
  else return undefined;
  return { status: 200, json: environment };
}

function user(id: number) {
  const username = id === gitlabBot ? "project_7_bot" : "root";
  return { id, username, name: username, state: "active", web_url: `https://gitlab.com/${username}` };
}

function mergeJson({ iid, title, state }: GitlabMerge) {
  return {
    id: 9000 + iid,
    iid,
    project_id: 7,
    title,
    state,
    draft: false,
    author: user(gitlabPerson),
    source_branch: `topic-${iid}`,
    target_branch: "staging",
    sha: headSha(iid),
    merge_commit_sha: state === "merged" ? mergeSha(iid) : null,
    squash_commit_sha: null,
    web_url: `https://gitlab.com/group/sub/app/-/merge_requests/${iid}`,
    created_at: "2024-05-01T10:00:00.000Z",
  };
}

function noteJson({ id, body, author }: Omit<GitlabNote, "merge">) {
  return { id, type: null, body, author: user(author), system: false, noteable_type: "MergeRequest" };
}
