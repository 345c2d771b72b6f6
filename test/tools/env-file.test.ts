import assert from "node:assert/strict";
import { test } from "node:test";
import { fillIn } from "../../tools/env-file.ts";

test("a value is written where its name stands empty", () => {
  assert.equal(fillIn("A=\n# B=\nB=\nC=3\n", { A: "1", B: "2" }), "A=1\n# B=\nB=2\nC=3\n");
});

test("what is set stays", () => {
  assert.equal(fillIn("A=mine\nexport B='too'\n", { A: "1", B: "2" }), "A=mine\nexport B='too'\n");
});

test("a missing name is appended, also behind a last line without an end", () => {
  assert.equal(fillIn("A=1", { B: "2" }), "A=1\nB=2\n");
  assert.equal(fillIn("", { B: "2" }), "B=2\n");
});

test("a name that ends like another is left alone", () => {
  assert.equal(fillIn("REGISTRY_IMAGES=\nIMAGES=\n", { IMAGES: "official" }), "REGISTRY_IMAGES=\nIMAGES=official\n");
});

test("a value is taken literally", () => {
  assert.equal(fillIn("A=\n", { A: "$&$1" }), "A=$&$1\n");
});

test("filling in twice changes nothing", () => {
  const once = fillIn("A=\n", { A: "1", B: "2" });
  assert.equal(fillIn(once, { A: "3", B: "4" }), once);
});
