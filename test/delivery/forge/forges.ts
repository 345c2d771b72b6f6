import { type Forge, openForge } from "../../../src/delivery/forge/forge.ts";
import { type Patience } from "../../../src/delivery/forge/sender.ts";
import { type ForgeKind, type ForgeSettings } from "../../../src/settings/index.ts";
import { type ForgeServer } from "./forge-server.ts";
import { githubBot, githubPerson, startGithub } from "./github-server.ts";
import { gitlabBot, gitlabPerson, startGitlab } from "./gitlab-server.ts";

/** Fails in seconds what takes a real forge a minute, and lets a busy machine answer in time. */
export const hurried: Patience = { timeoutMs: 1500, pausesMs: [5, 10], totalMs: 10_000 };

export interface Said {
  readonly id: number;
  readonly pr: number;
  readonly body: string;
}

/** What both forges have, under one name. */
export interface Bench {
  readonly kind: ForgeKind;
  readonly server: ForgeServer;
  readonly settings: ForgeSettings;
  readonly forge: Forge;
  /** The path of the list of open pull requests, and of the comments of one. */
  readonly openPath: string;
  readonly commentsPath: (pr: number) => string;
  readonly open: (...numbers: readonly number[]) => void;
  readonly close: (number: number, how: "merged" | "closed") => void;
  readonly comments: () => Said[];
  readonly addComment: (pr: number, author: "us" | "somebody", body: string) => void;
  /** The newest state of each status of a commit, by its context. */
  readonly statuses: (sha: string) => Readonly<Record<string, string>>;
  /** The newest state of each deployment of a commit, by its environment. */
  readonly deployments: (sha: string) => Readonly<Record<string, string>>;
}

async function githubBench(patience: Patience): Promise<Bench> {
  const server = await startGithub();
  const { repository, token, pulls, comments, statuses, deployments } = server;
  const settings = { kind: "github", url: server.url, repository, token } as const;
  return {
    kind: "github",
    server,
    settings,
    forge: openForge(settings, patience),
    openPath: "/pulls",
    commentsPath: (pr) => `/issues/${pr}/comments`,
    open: (...numbers) => {
      for (const number of numbers) pulls.push({ number, title: `Change ${number}`, state: "open", merged: false });
    },
    close: (number, how) => {
      const pull = pulls.find((one) => one.number === number);
      if (pull !== undefined) Object.assign(pull, { state: "closed", merged: how === "merged" });
    },
    comments: () => comments.map(({ id, issue, body }) => ({ id, pr: issue, body })),
    addComment: (pr, author, body) => {
      const id = 500 + comments.length;
      comments.push({ id, issue: pr, author: author === "us" ? githubBot : githubPerson, body });
    },
    statuses: (sha) =>
      Object.fromEntries(of(statuses, sha).map(({ context, state }) => [String(context), String(state)])),
    deployments: (sha) =>
      Object.fromEntries(of(deployments, sha).map((one) => [one.environment, one.statuses.at(-1)?.state ?? "created"])),
  };
}

async function gitlabBench(patience: Patience): Promise<Bench> {
  const server = await startGitlab();
  const { repository, token, merges, notes, statuses, deployments } = server;
  const settings = { kind: "gitlab", url: server.url, repository, token } as const;
  return {
    kind: "gitlab",
    server,
    settings,
    forge: openForge(settings, patience),
    openPath: "/merge_requests",
    commentsPath: (pr) => `/merge_requests/${pr}/notes`,
    open: (...numbers) => {
      for (const iid of numbers) merges.push({ iid, title: `Change ${iid}`, state: "opened" });
    },
    close: (number, how) => {
      const merge = merges.find((one) => one.iid === number);
      if (merge !== undefined) merge.state = how;
    },
    comments: () => notes.map(({ id, merge, body }) => ({ id, pr: merge, body })),
    addComment: (pr, author, body) => {
      const id = 500 + notes.length;
      notes.push({ id, merge: pr, author: author === "us" ? gitlabBot : gitlabPerson, body });
    },
    statuses: (sha) => Object.fromEntries(of(statuses, sha).map(({ name, status }) => [name, status])),
    deployments: (sha) =>
      Object.fromEntries(of(deployments, sha).map(({ environment, status }) => [environment.name, status])),
  };
}

/** Oldest first, so that of several under one name the newest is what an object of them keeps. */
function of<T extends { readonly sha?: unknown }>(all: readonly T[], sha: string): T[] {
  return all.filter((one) => one.sha === sha);
}

export const kinds: readonly ForgeKind[] = ["github", "gitlab"];

/** Runs with a forge of its own, which is closed afterwards. */
export async function atForge(
  kind: ForgeKind,
  work: (bench: Bench) => Promise<void>,
  patience: Patience = hurried,
): Promise<void> {
  const bench = await (kind === "github" ? githubBench : gitlabBench)(patience);
  try {
    await work(bench);
  } finally {
    await bench.server.close();
  }
}
