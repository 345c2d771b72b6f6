import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandError, must, run } from "../../tools/command.ts";

test("a command's output and exit code come back", async () => {
  const lines: string[] = [];
  const script = "echo out; echo err >&2; exit 3";
  const result = await run(["sh", "-c", script], { timeoutSeconds: 10, onLine: (line) => lines.push(line) });
  assert.deepEqual(result, { code: 3, stdout: "out", stderr: "err" });
  assert.deepEqual(lines.sort(), ["err", "out"]);
});

test("a missing program is 127, not an exception", async () => {
  assert.equal((await run(["no-such-program-anywhere"], { timeoutSeconds: 10 })).code, 127);
});

test("when the time is over, children of the command go too", { timeout: 10_000 }, async () => {
  const result = await run(["sh", "-c", "sleep 60 & sleep 60"], { timeoutSeconds: 0.3 });
  assert.equal(result.code, 124);
});

test("a failure names the command and the end of what it said", async () => {
  await assert.rejects(must(["sh", "-c", "echo broken >&2; exit 1"], { timeoutSeconds: 10 }), (error) => {
    assert.ok(error instanceof CommandError);
    assert.match(error.message, /^sh -c .*failed \(exit code 1\):\nbroken$/s);
    return true;
  });
});
