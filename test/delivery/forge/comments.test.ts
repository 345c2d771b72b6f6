import assert from "node:assert/strict";
import { test } from "node:test";
import { openForge } from "../../../src/delivery/forge/forge.ts";
import { atForge, hurried, kinds } from "./forges.ts";

const marker = "studygiveway/delivery";
const head = `<!-- ${marker} -->\n`;

for (const kind of kinds) {
  test(`${kind}: one comment, edited later`, () =>
    atForge(kind, async ({ forge, comments, server, settings }) => {
      await forge.comment(42, marker, "first");
      const [made] = comments();
      assert.deepEqual([made?.pr, made?.body], [42, `${head}first`]);
      await openForge(settings, hurried).comment(42, marker, "second");
      assert.deepEqual(comments(), [{ id: made?.id, pr: 42, body: `${head}second` }]);
      const written = server.requests.length;
      await forge.comment(42, marker, "second");
      const later = server.requests.slice(written).map(({ method, path }) => (path === "/graphql" ? "GET" : method));
      assert.ok(
        later.every((method) => method === "GET"),
        "the same text is written again",
      );
    }));

  test(`${kind}: another marker and another pull request have comments of their own`, () =>
    atForge(kind, async ({ forge, comments }) => {
      await forge.comment(42, marker, "a");
      await forge.comment(43, marker, "b");
      await forge.comment(42, "studygiveway/preview", "c");
      await forge.comment(42, marker, "d");
      const said = comments().map(({ pr, body }) => [pr, body.split("\n")[1]]);
      assert.deepEqual(said, [
        [42, "d"],
        [43, "b"],
        [42, "c"],
      ]);
    }));

  test(`${kind}: it is found on a later page`, () =>
    atForge(kind, async ({ forge, comments, addComment }) => {
      for (let count = 0; count < 230; count++) addComment(42, "somebody", `talk ${count}`);
      addComment(42, "us", `${head}old`);
      addComment(42, "us", "another matter");
      await forge.comment(42, marker, "new");
      assert.equal(comments().length, 232);
      assert.equal(comments()[230]?.body, `${head}new`);
      assert.equal(comments()[231]?.body, "another matter");
    }));

  test(`${kind}: what others wrote is left alone, even with the marker`, () =>
    atForge(kind, async ({ forge, comments, addComment }) => {
      addComment(42, "somebody", `${head}mine now`);
      addComment(42, "us", `as I said:\n${head}quoted`);
      await forge.comment(42, marker, "ours");
      const said = comments().map(({ body }) => body);
      assert.deepEqual(said, [`${head}mine now`, `as I said:\n${head}quoted`, `${head}ours`]);
    }));

  test(`${kind}: of several of ours the oldest stays`, () =>
    atForge(kind, async ({ forge, comments, addComment }) => {
      for (const text of ["first", "second", "third"]) addComment(42, "us", `${head}${text}`);
      const [oldest] = comments();
      await forge.comment(42, marker, "now");
      assert.deepEqual(comments(), [{ id: oldest?.id, pr: 42, body: `${head}now` }]);
    }));

  test(`${kind}: an answer that is lost makes no second comment`, () =>
    atForge(kind, async ({ forge, comments, commentsPath, server }) => {
      const isCreation = ({ method, path }: { method: string; path: string }) =>
        method === "POST" && path.endsWith(commentsPath(42));
      server.fail(isCreation, { kind: "lose" }, 1);
      await forge.comment(42, marker, "once");
      assert.deepEqual(
        comments().map(({ body }) => body),
        [`${head}once`],
      );
      assert.equal(server.requests.filter(isCreation).length, 2);
    }));

  test(`${kind}: two at the same time leave one`, () =>
    atForge(kind, async ({ forge, comments, settings }) => {
      const other = openForge(settings, hurried);
      await Promise.all([forge.comment(42, marker, "same"), other.comment(42, marker, "same")]);
      assert.deepEqual(
        comments().map(({ body }) => body),
        [`${head}same`],
      );
    }));

  test(`${kind}: a forge that ends lines in its own way is not told the same again`, () =>
    atForge(kind, async ({ forge, comments, addComment }) => {
      const body = `${head.trimEnd()}\r\nsame\r\nlines`;
      addComment(42, "us", body);
      await forge.comment(42, marker, "same\nlines");
      assert.equal(comments()[0]?.body, body);
    }));

  test(`${kind}: who we are is not guessed`, () =>
    atForge(kind, async ({ forge, comments, addComment, server }) => {
      addComment(42, "us", `${head}old`);
      const text = kind === "github" ? '{"data":{"viewer":null}}' : '{"message":"hello"}';
      server.fail(({ path }) => /graphql$|user$/.test(path), { kind: "answer", status: 200, text });
      await assert.rejects(forge.comment(42, marker, "new"), { name: "ForgeError" });
      assert.deepEqual(
        comments().map(({ body }) => body),
        [`${head}old`],
      );
    }));
}
