import assert from "node:assert/strict";
import { test } from "node:test";
import { trusted } from "../../../src/delivery/forge/forge.ts";
import { headSha, mergeSha } from "./forge-server.ts";
import { atForge, kinds } from "./forges.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

for (const kind of kinds) {
  test(`${kind}: an open pull request and its newest commit`, () =>
    atForge(kind, async ({ forge, open, close, server }) => {
      open(41, 42);
      close(41, "merged");
      const [first, ...rest] = await forge.openPullRequests();
      assert.deepEqual(rest, []);
      assert.deepEqual(first, { number: 42, sha: headSha(42) });
      assert.equal(server.requests.length, 1);
    }));

  test(`${kind}: all pages are read, and read again to be sure of them`, () =>
    atForge(kind, async ({ forge, open, openPath, server }) => {
      open(...numbers(250));
      const list = await forge.openPullRequests();
      assert.deepEqual(
        list.map(({ number }) => number),
        numbers(250),
      );
      const pages = server.asked("GET", openPath).map(({ query }) => query.get("page"));
      assert.deepEqual(pages, ["1", "2", "3", "1", "2", "3"]);
      assert.ok(server.requests.every(({ query }) => query.get("per_page") === "100"));
    }));

  test(`${kind}: nothing is lost when pull requests fill their pages`, () =>
    atForge(kind, async ({ forge, open }) => {
      open(...numbers(200));
      assert.equal((await forge.openPullRequests()).length, 200);
    }));

  // Number 101 moves to the page that was read already when number 1 is closed.
  test(`${kind}: a list that moves while it is read is read until it stands still`, () =>
    atForge(kind, async ({ forge, open, close, server }) => {
      open(...numbers(150));
      server.fail(
        () => {
          if (server.requests.length === 2) close(1, "closed");
          return false;
        },
        { kind: "hang" },
      );
      const list = await forge.openPullRequests();
      assert.ok(
        list.some(({ number }) => number === 101),
        "101 is missing",
      );
      assert.equal(list.length, 149);
    }));

  test(`${kind}: a list that never stands still is no list`, () =>
    atForge(kind, async ({ forge, open, close, server }) => {
      open(...numbers(150));
      server.fail(
        () => {
          close(server.requests.length, "closed");
          return false;
        },
        { kind: "hang" },
      );
      await assert.rejects(forge.openPullRequests(), /a list that changed in each of 4 readings/);
    }));

  test(`${kind}: an empty list is empty`, () =>
    atForge(kind, async ({ forge }) => {
      assert.deepEqual(await forge.openPullRequests(), []);
    }));

  test(`${kind}: one pull request is known, open or not`, () =>
    atForge(kind, async ({ forge, open, close }) => {
      open(1, 2, 3);
      close(2, "merged");
      close(3, "closed");
      for (const number of [1, 2, 3]) {
        assert.deepEqual(await forge.pullRequest(number), { number, sha: headSha(number) });
      }
      assert.equal(await forge.pullRequest(4), undefined);
    }));

  test(`${kind}: a repository that cannot be seen is not a pull request that is gone`, () =>
    atForge(kind, async ({ forge, server, settings }) => {
      const gone = { kind: "answer", status: 404, text: '{"message":"404 Not found"}' } as const;
      server.fail(() => true, gone);
      for (const ask of [() => forge.pullRequest(1), () => forge.pullRequestOfCommit("a".repeat(40))]) {
        await assert.rejects(ask, (error: Error) => {
          assert.equal(error.name, "ForgeError");
          assert.match(error.message, /got 404 .*, expected an answer, check FORGE_REPOSITORY/);
          return true;
        });
      }
      assert.equal(settings.kind, kind);
    }));

  test(`${kind}: the pull request of a merge commit`, () =>
    atForge(kind, async ({ forge, open, close }) => {
      open(41, 42);
      close(41, "merged");
      assert.equal(await forge.pullRequestOfCommit(mergeSha(41)), 41);
      // Rebased, so that the merge made several commits.
      assert.equal(await forge.pullRequestOfCommit(headSha(41)), 41);
      assert.equal(await forge.pullRequestOfCommit(headSha(42)), undefined, "not merged");
      assert.equal(await forge.pullRequestOfCommit("c".repeat(40)), undefined, "unknown");
    }));
}

test("what an empty list says is nothing", () => {
  assert.equal(trusted([]), undefined);
  assert.deepEqual(trusted([{ number: 7, sha: undefined }]), new Set([7]));
});
