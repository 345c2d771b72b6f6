import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsFrom } from "../../src/settings/settings.ts";
import { sources } from "./sources.ts";

const token = "forge-token-0123456789";

function forge(lines: readonly string[]) {
  return settingsFrom(sources({ env: lines.join("\n") })).forge;
}

test("without a forge there is none", () => {
  assert.equal(forge([]), undefined);
  assert.equal(forge(["FORGE=", "FORGE_URL=", "FORGE_REPOSITORY=", "FORGE_TOKEN="]), undefined);
});

test("a forge is where the public one is, unless told otherwise", () => {
  const github = ["FORGE=github", "FORGE_REPOSITORY=o/my.app-2", `FORGE_TOKEN=${token}`];
  assert.deepEqual(forge(github), { kind: "github", url: "https://api.github.com", repository: "o/my.app-2", token });
  const gitlab = ["FORGE=gitlab", "FORGE_REPOSITORY=group/sub/app", `FORGE_TOKEN=${token}`];
  assert.equal(forge(gitlab)?.url, "https://gitlab.com");
});

for (const [written, kept] of [
  ["https://git.example.com/api/v3/", "https://git.example.com/api/v3"],
  ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
  ["http://[::1]:8080/", "http://[::1]:8080"],
  ["http://localhost:3000", "http://localhost:3000"],
]) {
  test(`the API of GitHub at ${written ?? ""}`, () => {
    const lines = ["FORGE=github", "FORGE_REPOSITORY=o/app", `FORGE_TOKEN=${token}`];
    assert.equal(forge([...lines, `FORGE_URL=${written ?? ""}`])?.url, kept);
  });
}

for (const written of ["https://git.example.com/gitlab", "https://git.example.com/gitlab/api/v4/"]) {
  test(`the API of GitLab at ${written}`, () => {
    const lines = ["FORGE=gitlab", "FORGE_REPOSITORY=a/b", `FORGE_TOKEN=${token}`, `FORGE_URL=${written}`];
    assert.equal(forge(lines)?.url, "https://git.example.com/gitlab");
  });
}

// A host that only begins like a loopback address belongs to somebody.
test("http is for this machine only", () => {
  for (const host of ["127.0.0.1.example.com", "localhost.example.com", "127.example.com"]) {
    const lines = ["FORGE=github", "FORGE_REPOSITORY=o/app", `FORGE_TOKEN=${token}`, `FORGE_URL=http://${host}`];
    assert.throws(() => forge(lines), /FORGE_URL \(\.env:4\)/, host);
  }
});
