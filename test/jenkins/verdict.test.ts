import assert from "node:assert/strict";
import { test } from "node:test";
import { failure, summary } from "./verdict.ts";

const said = (counts: string) => `[INFO] Results:\n[INFO] \n[INFO] ${counts}\n[INFO] BUILD SUCCESS\n`;

test("only tests that ran and passed count", () => {
  assert.equal(summary(said("Tests run: 20, Failures: 0, Errors: 0, Skipped: 0")), 20);
  assert.equal(summary(said("Tests run: 0, Failures: 0, Errors: 0, Skipped: 0")), undefined);
  assert.equal(summary(said("Tests run: 20, Failures: 0, Errors: 0, Skipped: 1")), undefined);
  assert.equal(summary(said("Tests run: 20, Failures: 1, Errors: 0, Skipped: 0")), undefined);
  assert.equal(summary("[INFO] No tests to run.\n"), undefined);
});

test("the last of several sums decides", () => {
  const text =
    said("Tests run: 3, Failures: 0, Errors: 0, Skipped: 0") + said("Tests run: 4, Failures: 0, Errors: 1, Skipped: 0");
  assert.equal(summary(text), undefined);
});

test("a failure names what failed and spares the reader the rest", () => {
  const output =
    "[INFO] a\n[ERROR]   JenkinsfileTest.a:1\n[ERROR]   JenkinsfileTest.a:1\n[ERROR] Re-run Maven using -X\n";
  assert.equal(failure(1, output).message, "mvn test failed (exit code 1):\nJenkinsfileTest.a:1");
});
