import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { type Forge, ForgeError, openForge } from "../../../src/delivery/forge/forge.ts";
import { type Fault, headSha } from "./forge-server.ts";
import { atForge, hurried, kinds } from "./forges.ts";

const html = { "content-type": "text/html" };
const answer = (status: number, text: string, headers: Record<string, string> = {}): Fault => ({
  kind: "answer",
  status,
  text,
  headers,
});

type Row = readonly [title: string, fault: Fault, got: RegExp, remedy: RegExp, tries: number];

const table: readonly Row[] = [
  [
    "a token that is refused",
    answer(401, '{"message":"Bad credentials"}'),
    /got 401 "Bad credentials"/,
    /FORGE_TOKEN/,
    1,
  ],
  [
    "a permission that is missing",
    answer(403, '{"message":"Resource not accessible"}'),
    /got 403/,
    /permissions \(/,
    1,
  ],
  [
    "a rate limit with a time to wait",
    answer(403, '{"message":"You have exceeded a secondary rate limit"}', { "retry-after": "60" }),
    /got 403 "You have exceeded/,
    /try again in 60 s/,
    1,
  ],
  [
    "a rate limit with its end",
    answer(403, '{"message":"API rate limit exceeded"}', {
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "1714644000",
    }),
    /got 403 "API rate limit/,
    /try again after 2024-05-02T10:00:00.000Z/,
    1,
  ],
  [
    "too many requests",
    answer(429, "Retry later", { "content-type": "text/plain" }),
    /got 429,/,
    /try again in an hour/,
    1,
  ],
  ["what is not there", answer(404, '{"message":"Not Found"}'), /got 404 "Not Found"/, /check FORGE_REPOSITORY/, 1],
  ["a conflict", answer(409, '{"message":"Git Repository is empty."}'), /got 409 "Git Repository/, /by hand/, 1],
  ["a request that is wrong", answer(422, '{"message":{"state":["is bad"]}}'), /got 422/, /what the message asks/, 1],
  ["an error of the forge", answer(500, '{"message":"Server Error"}'), /got 500 "Server Error"/, /try again later/, 3],
  ["a bad gateway", answer(502, "<html>502</html>", html), /got 502,/, /try again later/, 3],
  ["an outage", answer(503, "<html>Unicorn</html>", html), /got 503,/, /try again later/, 3],
  ["a page of a proxy", answer(200, "<html>Log in</html>", html), /got 200 with text\/html/, /no proxy answers/, 1],
  ["an empty body", answer(200, ""), /got 200 with a body that is not JSON/, /FORGE_URL is the base of the API/, 1],
  ["half a body", answer(200, '[{"number":1},'), /got 200 with a body that is not JSON/, /FORGE_URL/, 1],
  ["null", answer(200, "null"), /JSON of another form/, /FORGE_URL/, 1],
  ["an object for a list", answer(200, '{"message":"hello"}'), /JSON of another form/, /FORGE_URL/, 1],
  ["items of another form", answer(200, '[{"id":1}]'), /JSON of another form at (?:data\.)?0\./, /FORGE_URL/, 1],
  ["a number that is none", answer(200, '[{"number":"1","iid":"1"}]'), /JSON of another form/, /FORGE_URL/, 1],
  ["silence", { kind: "hang" }, /no answer within 1.5 s/, /check FORGE_URL and the network/, 3],
  ["a connection that breaks", { kind: "reset" }, /no answer, "/, /check FORGE_URL and the network/, 3],
  ["a body that breaks off", { kind: "truncate" }, /no answer, "/, /check FORGE_URL and the network/, 3],
  ["a redirection into nowhere", answer(302, "", { location: "http://127.0.0.1:1/" }), /no answer, "/, /FORGE_URL/, 3],
];

const status = { context: "studygiveway/staging", state: "success", description: "live" } as const;

const calls: Readonly<Record<string, (forge: Forge) => Promise<unknown>>> = {
  openPullRequests: (forge) => forge.openPullRequests(),
  pullRequest: (forge) => forge.pullRequest(1),
  pullRequestOfCommit: (forge) => forge.pullRequestOfCommit(headSha(1)),
  comment: (forge) => forge.comment(1, "marker", "text"),
  status: (forge) => forge.status(headSha(1), status),
  deployment: (forge) => forge.deployment({ environment: "staging", sha: headSha(1), state: "success" }),
};

for (const kind of kinds) {
  for (const [title, fault, got, remedy, tries] of table) {
    test(`${kind}: ${title}`, () =>
      atForge(kind, async ({ forge, open, openPath, server, settings }) => {
        open(1, 2);
        server.fail(({ path }) => path.endsWith(openPath), fault);
        const error = await failure(forge.openPullRequests());
        assert.match(error.message, got);
        assert.match(error.message, remedy);
        assert.match(error.message, /: got .+, expected .+, .+$/);
        assert.ok(!inspect(error, { depth: 10 }).includes(settings.token), "the token is in the error");
        assert.equal(server.asked("GET", openPath).length, tries);
      }));
  }

  // Octokit takes a 409 within a list for its end, and so would hand over the first page as the whole.
  for (const fault of [answer(409, "{}"), answer(500, "{}"), answer(200, ""), answer(200, "null"), answer(204, "")]) {
    test(`${kind}: ${JSON.stringify(fault)} on the second page is no end`, () =>
      atForge(kind, async ({ forge, open, openPath, server }) => {
        open(...Array.from({ length: 150 }, (_, index) => index + 1));
        server.fail(({ path, query }) => path.endsWith(openPath) && query.get("page") === "2", fault);
        assert.ok((await failure(forge.openPullRequests())) instanceof ForgeError);
      }));
  }

  test(`${kind}: a second page that nothing points to is found`, () =>
    atForge(kind, async ({ forge, open, openPath, server }) => {
      open(...Array.from({ length: 150 }, (_, index) => index + 1));
      const first = await fetchFirst(server.url, kind, openPath);
      server.fail(({ path, query }) => path.endsWith(openPath) && query.get("page") === "1", answer(200, first));
      assert.equal((await forge.openPullRequests()).length, 150);
    }));

  test(`${kind}: a fault that passes is not noticed`, () =>
    atForge(kind, async ({ forge, open, server }) => {
      open(1, 2);
      server.fail(() => true, answer(503, ""), 1);
      server.fail(() => true, { kind: "reset" }, 1);
      assert.equal((await forge.openPullRequests()).length, 2);
      assert.equal(server.requests.length, 3);
    }));

  test(`${kind}: all together ends in the time that is given`, () =>
    atForge(
      kind,
      async ({ forge, server }) => {
        server.fail(() => true, { kind: "hang" });
        const began = performance.now();
        await failure(forge.openPullRequests());
        assert.ok(performance.now() - began < 2000);
      },
      { timeoutMs: 400, pausesMs: Array.from({ length: 50 }, () => 10), totalMs: 1000 },
    ));

  for (const [what, call] of Object.entries(calls)) {
    test(`${kind}: an outage ends in one kind of error: ${what}`, () =>
      atForge(kind, async ({ forge, server }) => {
        server.fail(() => true, answer(500, "{}"));
        const error = await failure(call(forge));
        assert.match(error.message, /^Git(?:Hub|Lab) [A-Z]+ \/.+: got 500, expected an answer, try again later/);
      }));
  }

  test(`${kind}: nobody listens`, () =>
    atForge(kind, async ({ settings, server }) => {
      await server.close();
      const error = await failure(openForge(settings, hurried).openPullRequests());
      assert.match(error.message, /no answer, "connect ECONNREFUSED .*", expected an answer, check FORGE_URL/);
    }));

  test(`${kind}: what the forge says is made harmless`, () =>
    atForge(kind, async ({ forge, server, settings }) => {
      const message = `\u001b[31mno\n${settings.token} ${"x".repeat(500)}`;
      server.fail(() => true, answer(400, JSON.stringify({ message })));
      const { message: said } = await failure(forge.openPullRequests());
      assert.match(said, /got 400 "\[31mno \[token\] x+\.\.\."/);
      assert.ok(said.length < 400);
    }));

  test(`${kind}: the token goes to no other host`, () =>
    atForge(kind, async ({ forge, server }) =>
      atForge("github", async ({ server: other }) => {
        server.fail(() => true, answer(302, "", { location: `${other.url}/stolen` }));
        await failure(forge.openPullRequests());
        assert.ok(other.requests.length > 0);
        assert.ok(other.requests.every(({ authorization }) => authorization === undefined));
      }),
    ));
}

async function failure(work: Promise<unknown>): Promise<ForgeError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof ForgeError, inspect(error));
    return error;
  }
  assert.fail("it did not fail");
}

async function fetchFirst(url: string, kind: string, path: string): Promise<string> {
  const [base, authorization] =
    kind === "github"
      ? [`${url}/repos/octo/app`, "token ghp_0123456789abcdefghij"]
      : [`${url}/api/v4/projects/group%2Fsub%2Fapp`, "Bearer glpat-0123456789abcdefghij"];
  const query = new URLSearchParams({ state: kind === "github" ? "open" : "opened", per_page: "100", page: "1" });
  const response = await fetch(`${base}${path}?${query.toString()}`, { headers: { authorization } });
  return response.text();
}
