import assert from "node:assert/strict";
import { test } from "node:test";
import {
  hostOf,
  type Identity,
  parseStackName,
  StackNameError,
  stackName,
  tryParseStackName,
} from "../src/identity.ts";

const known: Record<string, { identity: Identity; host: string }> = {
  platform: { identity: { kind: "platform" }, host: "example.com" },
  "staging-data": { identity: { kind: "data", environment: "staging" }, host: "data.staging.example.com" },
  "qa-data": { identity: { kind: "data", environment: "qa" }, host: "data.qa.example.com" },
  "prod-data": { identity: { kind: "data", environment: "prod" }, host: "example.com" },
  "staging-pr-1": { identity: { kind: "release", environment: "staging", pr: 1 }, host: "pr-1.staging.example.com" },
  "qa-pr-42": { identity: { kind: "release", environment: "qa", pr: 42 }, host: "pr-42.qa.example.com" },
  "prod-pr-58": { identity: { kind: "release", environment: "prod", pr: 58 }, host: "example.com" },
  "staging-pr-999999999": {
    identity: { kind: "release", environment: "staging", pr: 999_999_999 },
    host: "pr-999999999.staging.example.com",
  },
};

for (const [name, { identity, host }] of Object.entries(known)) {
  test(`${name} is ${identity.kind} at ${host}`, () => {
    assert.deepEqual(parseStackName(name), identity);
    assert.deepEqual(tryParseStackName(name), identity);
    assert.equal(stackName(identity), name);
    assert.equal(hostOf(identity, "example.com"), host);
  });
}

test("consoles and the object store stand before the host", () => {
  assert.equal(hostOf(parseStackName("staging-pr-1"), "example.com", "s3"), "s3.pr-1.staging.example.com");
  assert.equal(hostOf(parseStackName("prod-pr-1"), "example.com", "s3"), "s3.example.com");
  assert.equal(hostOf(parseStackName("qa-data"), "example.com", "pgadmin"), "pgadmin.data.qa.example.com");
  assert.equal(hostOf(parseStackName("platform"), "example.com", "kibana"), "kibana.example.com");
});

const unknown = [
  "",
  " ",
  "Platform",
  "platform ",
  "staging-pr-1\n",
  "staging pr 1",
  "staging-pr-1;rm -rf",
  "../prod-pr-1",
  "organization/project/staging-pr-1",
  "staging-pr-１",
  "staging-pr-1-",
  "prod-pr-+1",
  "prod-pr-1e3",
  "prod-pr-9999999999",
  "__proto__",
  "staging-pr-" + "1".repeat(5000),
];

for (const name of unknown) {
  test(`refused as a stack name: ${JSON.stringify(name.slice(0, 40))}`, () => {
    assert.equal(tryParseStackName(name), undefined);
    assert.throws(
      () => parseStackName(name),
      (error) =>
        error instanceof StackNameError &&
        /^stack: got .+, expected platform, <environment>-data or .+, select/.test(error.message) &&
        error.message.length < 400,
    );
  });
}

test("the longest names stay within what Docker and DNS take", () => {
  const release = parseStackName("staging-pr-999999999");
  assert.ok(`${stackName(release)}-memcached-admin`.length <= 63);
  assert.ok(hostOf(release, "d".repeat(200), "memcached").length <= 253);
});
