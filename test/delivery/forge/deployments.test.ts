import assert from "node:assert/strict";
import { test } from "node:test";
import { type Deployment, openForge } from "../../../src/delivery/forge/forge.ts";
import { mergeSha } from "./forge-server.ts";
import { atForge, hurried, kinds } from "./forges.ts";
import { startGithub } from "./github-server.ts";
import { startGitlab } from "./gitlab-server.ts";

const staging = (pr: number, state: Deployment["state"]): Deployment => ({
  environment: "staging",
  sha: mergeSha(pr),
  state,
  url: `https://pr-${pr}.staging.example.com`,
  description: `pull request ${pr}`,
});

async function atGithub(
  work: (server: Awaited<ReturnType<typeof startGithub>>, forge: ReturnType<typeof openForge>) => Promise<void>,
) {
  const server = await startGithub();
  const { url, repository, token } = server;
  try {
    await work(server, openForge({ kind: "github", url, repository, token }, hurried));
  } finally {
    await server.close();
  }
}

async function atGitlab(
  work: (server: Awaited<ReturnType<typeof startGitlab>>, forge: ReturnType<typeof openForge>) => Promise<void>,
) {
  const server = await startGitlab();
  const { url, repository, token } = server;
  try {
    await work(server, openForge({ kind: "gitlab", url, repository, token }, hurried));
  } finally {
    await server.close();
  }
}

test("github: a commit's status, its description cut to what fits", () =>
  atGithub(async ({ statuses }, forge) => {
    const status = { context: "studygiveway/qa", state: "failure", description: "é".repeat(300) } as const;
    await forge.status(mergeSha(1), { ...status, url: "https://jenkins.example.com/7" });
    await forge.status(mergeSha(1), { ...status, state: "success", description: "live\nand well" });
    const [first, second] = statuses;
    assert.deepEqual(first, {
      id: 1,
      sha: mergeSha(1),
      context: "studygiveway/qa",
      state: "failure",
      description: `${"é".repeat(139)}…`,
      target_url: "https://jenkins.example.com/7",
    });
    assert.equal(second?.description, "live and well");
    assert.equal(second.target_url, undefined);
  }));

test("gitlab: a commit's status goes from one state to the next, and may be said twice", () =>
  atGitlab(async ({ statuses }, forge) => {
    const say = (state: "pending" | "success" | "failure") =>
      forge.status(mergeSha(1), {
        context: "studygiveway/qa",
        state,
        description: state,
        url: "https://ci.example.com",
      });
    for (const state of ["pending", "pending", "success", "success", "pending", "failure"] as const) await say(state);
    assert.deepEqual(
      statuses.map(({ status, name }) => [name, status]),
      [
        ["studygiveway/qa", "success"],
        ["studygiveway/qa", "success"],
        ["studygiveway/qa", "failed"],
      ],
    );
    assert.equal(statuses[0]?.target_url, "https://ci.example.com");
  }));

test("gitlab: a status that is refused for another reason is an error", () =>
  atGitlab(async ({ fail }, forge) => {
    const text = '{"message":{"name":["is too long"]}}';
    fail(({ path }) => path.includes("/statuses/"), { kind: "answer", status: 400, text });
    const said = forge.status(mergeSha(1), { context: "x", state: "pending", description: "" });
    await assert.rejects(said, /got 400 ".*is too long.*", expected an answer, do by hand/);
  }));

test("github: one deployment from its beginning to its end", () =>
  atGithub(async ({ deployments }, forge) => {
    for (const state of ["in_progress", "success", "success"] as const) await forge.deployment(staging(41, state));
    assert.equal(deployments.length, 1);
    const [one] = deployments;
    assert.deepEqual([one?.sha, one?.environment, one?.description], [mergeSha(41), "staging", "pull request 41"]);
    assert.deepEqual(
      one?.statuses.map(({ state }) => state),
      ["in_progress", "success"],
    );
    assert.equal(one.statuses[1]?.environment_url, "https://pr-41.staging.example.com");
    for (let count = 0; count < 2; count++) await forge.deployment(staging(41, "inactive"));
    assert.equal(one.statuses.length, 3);
    assert.deepEqual(one.statuses.at(-1), { state: "inactive", description: "pull request 41", environment_url: "" });
  }));

test("github: the one before becomes inactive with the success of the next, and not with its failure", () =>
  atGithub(async ({ deployments }, forge) => {
    const last = () => deployments.map(({ statuses }) => statuses.at(-1)?.state);
    await forge.deployment(staging(41, "success"));
    await forge.deployment({ ...staging(41, "success"), environment: "qa" });
    await forge.deployment(staging(42, "failure"));
    assert.deepEqual(last(), ["success", "success", "failure"]);
    await forge.deployment(staging(42, "success"));
    assert.deepEqual(last(), ["inactive", "success", "success"]);
  }));

test("github: a rollback is a deployment of its own, which takes the place of the newer one", () =>
  atGithub(async ({ deployments }, forge) => {
    for (const pr of [41, 42, 41]) await forge.deployment(staging(pr, "success"));
    assert.deepEqual(
      deployments.map(({ sha }) => sha),
      [mergeSha(41), mergeSha(42), mergeSha(41)],
    );
    assert.deepEqual(
      deployments.map(({ statuses }) => statuses.at(-1)?.state),
      ["inactive", "inactive", "success"],
    );
  }));

test("gitlab: one deployment from its beginning to its end, with where it answers", () =>
  atGitlab(async ({ deployments, environments, asked }, forge) => {
    for (const state of ["in_progress", "in_progress", "success", "success"] as const) {
      await forge.deployment(staging(41, state));
    }
    const [one] = deployments;
    assert.equal(deployments.length, 1);
    assert.deepEqual([one?.sha, one?.ref, one?.status], [mergeSha(41), mergeSha(41), "success"]);
    assert.equal(environments[0]?.external_url, "https://pr-41.staging.example.com");
    assert.equal(asked("PUT", "/deployments/41").length, 1);
    assert.equal(asked("PUT", "/environments/1").length, 1);
    await forge.deployment(staging(41, "inactive"));
    assert.equal(environments[0].state, "stopped");
  }));

test("gitlab: what was replaced does not stop its environment", () =>
  atGitlab(async ({ environments, deployments }, forge) => {
    await forge.deployment(staging(41, "success"));
    await forge.deployment(staging(42, "success"));
    await forge.deployment(staging(41, "inactive"));
    assert.equal(environments[0]?.state, "available");
    await forge.deployment(staging(42, "inactive"));
    assert.equal(environments[0].state, "stopped");
    await forge.deployment(staging(43, "failure"));
    assert.deepEqual(
      deployments.map(({ status }) => status),
      ["success", "success", "failed"],
    );
  }));

test("gitlab: a rollback, and a second try after a failure", () =>
  atGitlab(async ({ deployments }, forge) => {
    for (const pr of [41, 42, 41]) await forge.deployment(staging(pr, "success"));
    assert.deepEqual(
      deployments.map(({ sha }) => sha),
      [mergeSha(41), mergeSha(42), mergeSha(41)],
    );
    await forge.deployment(staging(43, "failure"));
    await forge.deployment(staging(43, "in_progress"));
    await forge.deployment(staging(43, "success"));
    assert.deepEqual(
      deployments.slice(3).map(({ status }) => status),
      ["failed", "success"],
    );
  }));

for (const kind of kinds) {
  test(`${kind}: what was never deployed there has nothing to be made inactive`, () =>
    atForge(kind, async ({ forge, server }) => {
      await forge.deployment(staging(41, "inactive"));
      assert.deepEqual(
        server.requests.map(({ method }) => method),
        ["GET"],
      );
    }));
}
