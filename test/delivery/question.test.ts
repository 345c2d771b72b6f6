import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { confirm, refuseUnasked } from "../../src/delivery/question.ts";
import { Refused } from "../../src/delivery/refused.ts";

const plan = ["promote pull request 42 to qa", "  destroy  staging-pr-42"];

function terminal(value: boolean): void {
  Object.defineProperty(process.stdin, "isTTY", { value, configurable: true });
}

/** What the question shows, and what it refuses; `typed` is what comes from the terminal, its end where nothing does. */
async function ask(yes: boolean, typed = "", interrupted = new AbortController().signal) {
  const input = new PassThrough();
  const output = new PassThrough();
  input.end(typed);
  const refused = await confirm({ yes, interrupted }, plan, { input, output }).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { shown: String(output.read()), refused };
}

await test("who said --yes is not asked, and is shown the plan", async () => {
  terminal(false);
  assert.deepEqual(await ask(true), { shown: `${plan.join("\n")}\n`, refused: undefined });
});

await test("without a terminal nobody is asked: refused, with what to add", async () => {
  terminal(false);
  const { refused } = await ask(false, "y\n");
  assert.ok(refused instanceof Refused);
  assert.match(refused.message, /^confirmation: got no terminal to ask at, expected --yes, /);
});

for (const typed of ["y\n", "Yes\n", " y \n"]) {
  await test(`${JSON.stringify(typed)} goes on`, async () => {
    terminal(true);
    const { shown, refused } = await ask(false, typed);
    assert.equal(refused, undefined);
    assert.match(shown, /destroy {2}staging-pr-42\nGo on\? \[y\/N\] /);
  });
}

for (const typed of ["n\n", "\n", "yesterday\n", ""]) {
  await test(`${typed === "" ? "the end of the input" : JSON.stringify(typed)} is a no, and no success`, async () => {
    terminal(true);
    const { refused } = await ask(false, typed);
    assert.ok(refused instanceof Refused);
    assert.match(refused.message, /^confirmation: got ".*", expected y or yes, .*nothing was changed/);
  });
}

await test("who is interrupted at the question has not answered it", async () => {
  terminal(true);
  const reason = new Error("interrupted");
  assert.equal((await ask(false, "y\n", AbortSignal.abort(reason))).refused, reason);
});

await test("who has to work for the plan refuses before, and does not ask at a terminal", () => {
  terminal(false);
  assert.throws(() => {
    refuseUnasked({ yes: false });
  }, Refused);
  refuseUnasked({ yes: true });
  terminal(true);
  refuseUnasked({ yes: false });
});
