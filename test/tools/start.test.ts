import assert from "node:assert/strict";
import { test } from "node:test";
import { duration } from "../../tools/progress.ts";
import { table } from "../../tools/start.ts";

test("the table names each stack once", () => {
  const urls = { platform: { kibana: "https://k", jenkins: "https://j" }, "staging-pr-1": { app: "https://a" } };
  assert.equal(
    table(urls),
    "platform      kibana   https://k\n              jenkins  https://j\nstaging-pr-1  app      https://a\n",
  );
  assert.equal(table({}), "");
});

test("durations are for people", () => {
  assert.equal(duration(0), "0 s");
  assert.equal(duration(59), "59 s");
  assert.equal(duration(125), "2 min 5 s");
});
