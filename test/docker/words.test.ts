import assert from "node:assert/strict";
import { test } from "node:test";
import { duration, healthcheck } from "../../src/docker/health.ts";
import { ownershipLabels } from "../../src/cluster/labels.ts";
import { placement } from "../../src/docker/placement.ts";

await test("durations are spelled as the provider reads them back", () => {
  assert.deepEqual([0, 5, 60, 90, 300].map(duration), ["0s", "5s", "1m", "1m30s", "5m"]);
});

await test("the first tries come every second, those after a success sleep first", () => {
  const { tests, interval, timeout } = healthcheck({
    test: ["check", "a b", "it's"],
    startSeconds: 60,
    everySeconds: 10,
  });
  assert.deepEqual(tests, [
    "CMD-SHELL",
    "if [ -e /dev/shm/.worked ]; then sleep 10; check 'a b' 'it'\\''s'; else check 'a b' 'it'\\''s'; fi && : > /dev/shm/.worked",
  ]);
  assert.deepEqual([interval, timeout], ["1s", "30s"]);
});

await test("a start can ask for more than life", () => {
  const { tests } = healthcheck({ test: "alive", startTest: "useful", startSeconds: 60, everySeconds: 10 });
  assert.equal(tests[1], "if [ -e /dev/shm/.worked ]; then sleep 10; alive; else useful; fi && : > /dev/shm/.worked");
});

await test("a release is labelled with its pull request, the platform is not", () => {
  assert.deepEqual(ownershipLabels({ kind: "release", environment: "qa", pr: 12 }, "nginx"), {
    "studygiveway.stack": "qa-pr-12",
    "studygiveway.environment": "qa",
    "studygiveway.pr": "12",
    "studygiveway.service": "nginx",
  });
  assert.deepEqual(ownershipLabels({ kind: "platform" }), {
    "studygiveway.stack": "platform",
    "studygiveway.environment": "platform",
  });
});

await test("members are pinned only where there is more than one node", () => {
  assert.deepEqual(placement(1, { label: "studygiveway.postgres-1" }), []);
  assert.deepEqual(placement(3, { label: "studygiveway.postgres-1" }), ["node.labels.studygiveway.postgres-1 == true"]);
  assert.deepEqual(placement(1, { manager: true }), ["node.role == manager"]);
  assert.deepEqual(placement(3, undefined), []);
});
