import assert from "node:assert/strict";
import { test } from "node:test";
import { dockerGuardConfig } from "../../src/components/docker-guard.ts";

const text = dockerGuardConfig(2375, 8404);
const pattern = /path_reg (\S+)/.exec(text)?.[1];

await test("the questions Traefik asks pass, all else is denied", () => {
  assert.ok(pattern);
  const question = new RegExp(pattern);
  for (const path of ["/v1.24/services", "/v1.24/tasks", "/v1.24/networks", "/v1.24/version", "/v1.24/nodes"]) {
    assert.match(path, question);
  }
  for (const path of [
    "/v1.24/secrets",
    "/v1.24/configs",
    "/v1.24/containers/json",
    "/v1.24/services/abc",
    "/v1.24/services/../secrets",
    "/v1.24/swarm",
  ]) {
    assert.doesNotMatch(path, question);
  }
});

await test("nothing but GET passes", () => {
  assert.match(text, /http-request deny deny_status 405 unless \{ method GET \}/);
});
