import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { main } from "../../src/delivery/sgw.ts";

const verbs = [
  ...["promote", "rollback", "build", "push", "up", "destroy", "preview", "status", "logs", "doctor", "gc"],
  ...["pull-request", "report"],
];

/** Runs the command line up to where a verb would begin its work. */
async function run(...argv: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const written = { out: "", error: "" };
  const writers = { out: process.stdout, error: process.stderr } as const;
  const mocked = (["out", "error"] as const).map((name) => {
    const write = writers[name].write.bind(writers[name]);
    return mock.method(writers[name], "write", (chunk: string | Uint8Array) => {
      // The test runner reports in bytes.
      if (typeof chunk !== "string") return write(chunk);
      written[name] += chunk;
      return true;
    });
  });
  try {
    const code = await main(argv, () => assert.fail(`sgw ${argv.join(" ")} went to work`));
    return { code, ...written };
  } finally {
    for (const one of mocked) one.mock.restore();
  }
}

await test("help lists every verb", async () => {
  const { code, out } = await run("--help");
  assert.equal(code, 0);
  const listed = [...out.matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map(([, name]) => name);
  assert.deepEqual(listed.sort(), verbs.toSorted());
});

for (const verb of verbs) {
  await test(`${verb}: has --help with examples that it takes; with a strange flag it is refused`, async () => {
    const { code, out } = await run(verb, "--help");
    assert.equal(code, 0);
    assert.match(out, /^ {2}--json /m);
    const examples = /\nExamples:\n((?: {2}sgw .*\n)+)$/.exec(out)?.[1]?.trimEnd().split("\n") ?? [];
    assert.ok(examples.length > 0, out);
    for (const example of examples) {
      const [sgw, ...words] = [...example.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
      assert.deepEqual([sgw, words[0]], ["sgw", verb]);
      await assert.rejects(run(...words), /went to work$/);
      const strange = await run(...words, "--frobnicate");
      assert.equal(strange.code, 2);
      assert.match(strange.error, /unknown option '--frobnicate'/);
    }
  });
}

await test("a strange verb, a stray word and no verb at all are refused", async () => {
  for (const argv of [["frobnicate"], ["status", "now"], []]) assert.equal((await run(...argv)).code, 2);
});
