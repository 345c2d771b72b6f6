import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { confirm, refuseUnasked } from "../../src/delivery/question.ts";
import { Refused } from "../../src/delivery/refused.ts";

const plan = ["promote pull request 42 to qa", "  destroy  staging-pr-42"];

function terminal(value: boolean): void {
  Object.defineProperty(process.stdin, "isTTY", { value, configurable: true });
}

/** What the question says beforehand, and what comes of it. */
async function ask(yes: boolean): Promise<{ shown: string; answer: boolean }> {
  let shown = "";
  const write = mock.method(process.stderr, "write", (text: string) => {
    shown += text;
    return true;
  });
  try {
    return { answer: await confirm({ yes }, plan), shown };
  } finally {
    write.mock.restore();
  }
}

await test("who said --yes is not asked, and is shown the plan", async () => {
  terminal(false);
  assert.deepEqual(await ask(true), { answer: true, shown: `${plan.join("\n")}\n` });
});

await test("without a terminal nobody is asked: refused, with what to add", async () => {
  terminal(false);
  await assert.rejects(ask(false), (error) => {
    assert.ok(error instanceof Refused);
    assert.match(error.message, /^confirmation: got no terminal to ask at, expected --yes, /);
    return true;
  });
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
