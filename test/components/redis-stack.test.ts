import assert from "node:assert/strict";
import { test } from "node:test";
import { redisConfig, redisHealth } from "../../src/components/redis-stack.ts";
import { exitCode } from "./shell.ts";

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

await test("it is healthy while it loads its data, and not when it says anything else", () => {
  const healthy = (answer: string) => {
    const cli = `[ "$REDISCLI_AUTH $*" = "secret-of-redis -p 6379 PING" ] && echo '${answer}'`;
    const cat = `[ "$*" = /run/secrets/redis_stack_password ] && echo secret-of-redis`;
    return exitCode(redisHealth(6379), { cat, "redis-cli": cli }) === 0;
  };
  for (const answer of ["PONG", "LOADING Redis is loading the dataset in memory"]) assert.ok(healthy(answer), answer);
  const bad = ["", "NOAUTH Authentication required.", "MISCONF Redis is configured to save RDB snapshots"];
  for (const answer of [...bad, "Could not connect to Redis at 127.0.0.1:6379: Connection refused"])
    assert.ok(!healthy(answer), answer);
});
