import assert from "node:assert/strict";
import { test } from "node:test";
import { pullRequestNumber } from "../../../src/delivery/forge/pull-request-number.ts";
import { type ForgeKind } from "../../../src/settings/index.ts";

type Row = readonly [message: string, number: number | undefined, kind?: ForgeKind, repository?: string];

const gitlab = "Merge branch 'topic' into 'staging'\n\nAdd courses\n\nCloses #7\n\nSee merge request";

const table: readonly Row[] = [
  ["Merge pull request #42 from octo/topic", 42],
  ["Merge pull request #42 from octo/topic\n\nAdd courses (#7)", 42],
  ["Merge pull request #42 from octo/topic\r\n\r\nAdd courses", 42, "github"],
  ["Add courses (#42)", 42],
  ["Add courses (#42)\n\n* one\n* two (#41)", 42, "github"],
  ['Revert "Add courses (#42)" (#43)', 43],
  ['Revert "Add courses (#42)"', undefined],
  ["Add courses (#42) again", undefined],
  ["Add courses\n\nas in (#42)", undefined],
  ["See #42", undefined],
  ["Merge pull request #42", undefined],
  ["Do not Merge pull request #42 from octo/topic", undefined],
  ["Merge pull request #042 from octo/topic", undefined],
  ["Merge pull request #0 from octo/topic", undefined],
  ["Merge pull request #9999999999 from octo/topic", undefined],
  ["Add courses (#-1)", undefined],
  ["Add courses (# 42)", undefined],
  [`${gitlab} group/sub/app!42`, 42],
  [`${gitlab} group/sub/app!42`, 42, "gitlab", "group/sub/app"],
  [`${gitlab} Group/Sub/App!42\n`, 42, "gitlab", "group/sub/app"],
  [`${gitlab} other/app!42`, undefined, "gitlab", "group/sub/app"],
  [`${gitlab} !42`, 42, "gitlab", "group/sub/app"],
  [`${gitlab} group/sub/app!41\n\nSee merge request group/sub/app!42`, 42, "gitlab"],
  [`${gitlab} group/sub/app!42`, undefined, "github"],
  ["Add courses (!42)", 42, "gitlab"],
  ["Add courses (#42)", undefined, "gitlab"],
  ["please See merge request group/app!42", undefined],
  ["", undefined],
  ["\n\nMerge pull request #42 from octo/topic", undefined],
];

for (const [message, number, kind, repository] of table) {
  test(`${JSON.stringify(message.slice(-60))} ${kind ?? ""} ${repository ?? ""} is ${number ?? "none"}`, () => {
    assert.equal(pullRequestNumber(message, kind, repository), number);
  });
}

test("a hostile message takes no time", () => {
  const began = process.cpuUsage();
  for (const text of ["(#1".repeat(1e6), "See merge request ".repeat(1e5), "\n".repeat(1e6), `(#${"1".repeat(1e6)})`]) {
    assert.equal(pullRequestNumber(text), undefined);
  }
  // Of the processor, however busy the machine is; what looks at each letter once for every other would take hours.
  assert.ok(process.cpuUsage(began).user < 5e6);
});
