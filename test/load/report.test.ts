import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf } from "./plan.ts";
import { markdown, summaryTable } from "./report.ts";
import { Tally } from "./tally.ts";

test("a table of Markdown", () => {
  assert.equal(
    markdown([
      ["what", "n"],
      ["a|b", "7"],
      ["c", "12.5"],
    ]),
    ["| what |    n |", "| ---- | ---: |", "| a/b  |    7 |", "| c    | 12.5 |"].join("\n"),
  );
});

test("the summary names each reason with its number, who answered, and what the generator needed", () => {
  const tally = new Tally(performance.timeOrigin + performance.now() - 10_000);
  tally.send("get")({ release: "prod-pr-1.1" });
  for (const lost of ["status 502", "timeout", "timeout"]) tally.send("postBig")({ lost });
  tally.delay(tally.began, 7);
  tally.restarts = 2;
  const text = summaryTable(tally.result(planOf({ host: "studygiveway.test" }), 2));
  assert.match(text, /^\| POST of 1 MB .* 3 \| +0 \| +3 \|.*\| status 502: 1, timeout: 2 +\|$/m);
  assert.match(text, /^\| all +\| +4 \| +1 \| +3 \|/m);
  assert.match(text, /4 requests in 10 s, 200 a second, open loop\. 2 WebSockets told to come back elsewhere\./);
  assert.match(text, /Answers: prod-pr-1\.1 1\./);
  assert.match(text, /The generator: 7 ms late at most, 20 % of a processor\./);
});
