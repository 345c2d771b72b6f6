import assert from "node:assert/strict";
import { test } from "node:test";
import { doomedVolumes } from "../../tools/stop.ts";

test("volumes of prod go only when that is said", () => {
  const volumes = [
    { name: "staging-pr-1-postgres-1", stack: "staging-pr-1" },
    { name: "prod-data-postgres-1", stack: "prod-data" },
    { name: "platform-elasticsearch-1", stack: "platform" },
  ];
  assert.deepEqual(doomedVolumes(volumes, false, false), ["staging-pr-1-postgres-1"]);
  assert.deepEqual(
    doomedVolumes(volumes, true, false),
    volumes.map(({ name }) => name),
  );
});

const withoutProd = [
  { name: "staging-pr-1-postgres-1", stack: "staging-pr-1" },
  { name: "platform-elasticsearch-1", stack: "platform" },
];

test("the platform's volumes, which hold the indices of prod, stay only where prod has data", () => {
  assert.deepEqual(
    doomedVolumes(withoutProd, false, false),
    withoutProd.map(({ name }) => name),
  );
});

test("prod may have its data on another node", () => {
  assert.deepEqual(doomedVolumes(withoutProd, false, true), ["staging-pr-1-postgres-1"]);
});
