import assert from "node:assert/strict";
import { test } from "node:test";
import { shortened } from "../../../src/delivery/forge/shortened.ts";
import { commentText, deploymentOf, pipelineStatus, statusOf } from "../../../src/delivery/forge/report.ts";
import { type Station, stationsOf } from "../../../src/delivery/forge/stations.ts";
import { settingsOf } from "../../registrations.ts";
import { entry } from "../entry.ts";

const place = settingsOf("platform", { variables: { DOMAIN: "example.org" } });
const image = `registry.example.com/team/app@sha256:${"ab".repeat(32)}`;
const station = (known: Partial<Station> = {}): Station => ({
  environment: "staging",
  generation: 3,
  image,
  state: "live",
  url: "https://pr-42.staging.example.org",
  ...known,
});

test("stations are the newest generation of each environment, in the order of the stages", () => {
  const ledger = [
    entry({ environment: "staging", generation: 1, pr: 41 }),
    entry({ environment: "staging", generation: 2, outcome: "destroyed", image }),
    entry({ environment: "prod", generation: 9, image }),
    entry({ environment: "qa", generation: 5, image }),
    entry({ environment: "qa", generation: 6, outcome: "failed", reason: "unhealthy", image }),
    entry({ environment: "prod", generation: 10, outcome: "going", pr: 41 }),
  ];
  assert.deepEqual(stationsOf(ledger, 42, place), [
    { environment: "staging", generation: 2, image, state: "removed", url: undefined, reason: undefined },
    // The failure took nothing away: the generation before answers.
    {
      environment: "qa",
      generation: 6,
      image,
      state: "failed",
      url: "https://pr-42.qa.example.org",
      reason: "unhealthy",
    },
    { environment: "prod", generation: 9, image, state: "live", url: "https://example.org", reason: undefined },
  ]);
  assert.deepEqual(stationsOf([], 42, place), []);
  const elsewhere = settingsOf("platform", { variables: { DOMAIN: "example.org", HTTPS_PORT: "8443" } });
  assert.equal(stationsOf(ledger, 41, elsewhere)[0]?.url, "https://pr-41.staging.example.org:8443");
  assert.equal(stationsOf(ledger, 41, elsewhere)[1]?.url, undefined, "what is being deployed does not answer yet");
});

test("the comment is a table of where the pull request is", () => {
  const removed = station({ state: "removed", url: undefined, generation: 2 });
  const text = commentText([removed, station({ environment: "qa" })]);
  assert.equal(
    text,
    [
      "| Environment | URL | Generation | Image | State |",
      "| --- | --- | --- | --- | --- |",
      "| STAGING | – | 2 | `sha256:abababababab` | removed |",
      "| QA | https://pr-42.staging.example.org | 3 | `sha256:abababababab` | live |",
    ].join("\n"),
  );
  assert.equal(commentText([]), "Deployed nowhere yet.");
});

test("a reason says only what it says", () => {
  const reason = "daphne | @team `x`\n/close\n<!-- preview --> " + "y".repeat(500);
  const text = commentText([station({ state: "failed", reason, url: undefined })]);
  const rows = text.split("\n");
  assert.equal(rows.length, 3);
  assert.match(rows[2] ?? "", /\| failed: `daphne \\\| @team 'x' \/close <!-- preview --> y+…` \|$/);
  assert.ok(text.length < 700);
});

test("a commit's status for each state", () => {
  const said = (["deploying", "live", "replaced", "failed", "removed"] as const).map((state) => {
    const { context, state: kind, description } = statusOf(station({ state, reason: "smoke test: 503" }));
    assert.equal(context, "studygiveway/staging");
    return [kind, description];
  });
  assert.deepEqual(said, [
    ["pending", "generation 3 is being deployed"],
    ["success", "live as generation 3"],
    ["success", "was live as generation 3, a newer one took its place"],
    ["failure", "generation 3 failed: smoke test: 503"],
    ["success", "was live as generation 3, and is removed again"],
  ]);
  const { description } = statusOf(station({ state: "failed", reason: "why ".repeat(100) }));
  assert.ok(description.length <= 140 && description.endsWith("…"));
  assert.deepEqual(pipelineStatus("failure", "https://ci.example.org/7"), {
    context: "studygiveway/pipeline",
    state: "failure",
    description: "the pipeline failed",
    url: "https://ci.example.org/7",
  });
});

test("a deployment for each state", () => {
  const states = (["deploying", "live", "replaced", "failed", "removed"] as const).map(
    (state) => deploymentOf(station({ state }), "c".repeat(40)).state,
  );
  assert.deepEqual(states, ["in_progress", "success", "inactive", "failure", "inactive"]);
  assert.deepEqual(deploymentOf(station({ state: "failed", reason: "no image" }), "c".repeat(40)), {
    environment: "staging",
    sha: "c".repeat(40),
    state: "failure",
    url: "https://pr-42.staging.example.org",
    description: "generation 3: no image",
  });
});

test("a text is shortened by whole characters", () => {
  assert.equal(shortened("a\n\tb  c "), "a b c");
  assert.equal(shortened("x".repeat(140)), "x".repeat(140));
  assert.equal(shortened("x".repeat(141)), `${"x".repeat(139)}…`);
  const cut = shortened("🦉".repeat(100));
  assert.ok(cut.length <= 140 && !/[\ud800-\udbff](?![\udc00-\udfff])/.test(cut));
  assert.equal(shortened("one two", 5), "one…");
});
