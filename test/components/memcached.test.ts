import assert from "node:assert/strict";
import { test } from "node:test";
import { memcachedFlags } from "../../src/components/memcached.ts";

await test("items fill three quarters of the memory limit", () => {
  assert.deepEqual(memcachedFlags(11211, 128).slice(0, 4), ["-p", "11211", "-m", "96"]);
});
