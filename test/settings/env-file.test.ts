import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "dotenv";
import { readEnvFile } from "../../src/settings/env-file.ts";

function read(text: string): Record<string, string> {
  const { entries, problems } = readEnvFile(".env", Buffer.from(text));
  assert.deepEqual(problems, []);
  return Object.fromEntries([...entries].map(([name, { value }]) => [name, value]));
}

const readable = {
  nothing: ["", {}],
  "comments and empty lines": ["# a\n\n  # b\n", {}],
  "a byte order mark": ["\uFEFFA=1", { A: "1" }],
  "Windows' line ends": ["A=1\r\nB=2\r\n", { A: "1", B: "2" }],
  "old Macs' line ends": ["A=1\rB=2", { A: "1", B: "2" }],
  export: ["export A=1", { A: "1" }],
  "spaces around": ["  A =  1  ", { A: "1" }],
  "a comment behind a value": ["A=1 # one", { A: "1" }],
  "a comment for a value": ["A= # none yet", { A: "" }],
  "= in a value": ["A=b=c==", { A: "b=c==" }],
  quotes: [`A="1 2"\nB='3#4' # five`, { A: "1 2", B: "3#4" }],
  "quotes of the other kind": [`A='say "x"'`, { A: 'say "x"' }],
  "empty quotes": [`A=""`, { A: "" }],
  "a backslash in single quotes": [String.raw`A='a\nb'`, { A: String.raw`a\nb` }],
  "a dollar alone": ["A='a$b'", { A: "a$b" }],
} as const;

for (const [title, [text, values]] of Object.entries(readable)) {
  test(`reads ${title}`, () => {
    assert.deepEqual(read(text), values);
  });
}

test("what is read is what dotenv reads from the file as a whole", () => {
  for (const [text] of Object.values(readable)) assert.deepEqual(read(text), { ...parse(text.replace("\uFEFF", "")) });
});

test("a good line between bad ones is kept", () => {
  const { entries, problems } = readEnvFile(".env", Buffer.from("what\nA=1\nB='"));
  assert.deepEqual([...entries.keys()], ["A"]);
  assert.equal(problems.length, 2);
});
