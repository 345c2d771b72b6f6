import assert from "node:assert/strict";
import { test } from "node:test";
import { redisConfig } from "../../src/components/redis-stack.ts";

await test("what Redis acknowledges is on disk within a second, and nothing is evicted", () => {
  const text = redisConfig("secret-of-redis", 6379, 512);
  assert.match(text, /^appendonly yes$/m);
  assert.match(text, /^appendfsync everysec$/m);
  assert.match(text, /^maxmemory-policy noeviction$/m);
});

await test("a quarter of the memory is left to Redis itself", () => {
  assert.match(redisConfig("secret-of-redis", 6379, 512), /^maxmemory 384mb$/m);
});

await test("nobody gets in without the password", () => {
  assert.match(redisConfig("secret-of-redis", 6379, 512), /^requirepass "secret-of-redis"$/m);
});
