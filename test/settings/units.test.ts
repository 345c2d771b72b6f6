import assert from "node:assert/strict";
import { test } from "node:test";
import * as units from "../../src/settings/units.ts";

test("durations are counted in seconds", () => {
  assert.deepEqual(["90s", "15m", "6h", "1d"].map(units.parseDuration), [90, 900, 21_600, 86_400]);
  for (const text of ["", "0s", "06h", "6", "6H", "1.5h", "-1m", "1h30m", " 6h"]) {
    assert.equal(units.parseDuration(text), undefined, text);
  }
});

test("integers are digits", () => {
  assert.deepEqual(["0", "80", "999999999999999"].map(units.parseInteger), [0, 80, 999_999_999_999_999]);
  for (const text of ["", "+1", "-1", "01", "1.0", "1e3", "0x10", "1 ", "٣"]) {
    assert.equal(units.parseInteger(text), undefined, text);
  }
});

function takes(predicate: (text: string) => boolean, good: readonly string[], bad: readonly string[]): void {
  for (const text of good) assert.ok(predicate(text), text);
  for (const text of bad) assert.ok(!predicate(text), text);
}

test("domains", () => {
  const bad = [
    "",
    "a",
    ".a.b",
    "a..b",
    "a.b.",
    "-a.b",
    "a-.b",
    "A.b",
    "a_b.c",
    "1.2.3.4",
    "a.1",
    "*.a.b",
    "a b.c",
    "ü.de",
  ];
  takes(units.isDomain, ["a.b", "studygiveway.com", "xn--bcher-kva.example", "1.example.com"], bad);
});

test("networks", () => {
  const bad = [
    "",
    "10.0.0.0/33",
    "10.0.0",
    "::/129",
    "10.0.0.0/8/8",
    "10.0.0.0/",
    "10.0.0.0/08",
    "fe80::1%eth0",
    "a/8",
  ];
  takes(units.isNetwork, ["10.0.0.1", "0.0.0.0/0", "::1", "fc00::/7", "192.0.2.0/32"], bad);
});

test("image references", () => {
  const digest = `@sha256:${"0123456789abcdef".repeat(4)}`;
  const good = [
    "nginx",
    "nginx:1.25",
    "library/nginx",
    `nginx${digest}`,
    `nginx:1.25${digest}`,
    "localhost:5000/a/b:x",
  ];
  const more = ["registry.example.com/team/app:1.4", "Registry.Example.com/app", "a__b/c-d.e", "host:5000/app"];
  const bad = [
    "",
    "Nginx",
    "nginx:",
    "nginx:-x",
    "a//b",
    "/a",
    "a/",
    "a:b:c",
    "a@b",
    "a b",
    "a\n",
    `a@sha256:${"0".repeat(63)}`,
  ];
  takes(units.isImageReference, [...good, ...more], [...bad, "a".repeat(256), `a:${"b".repeat(129)}`]);
});

test("image references take no time to refuse", () => {
  const started = performance.now();
  assert.ok(!units.isImageReference(`${"a-".repeat(255)}!`));
  assert.ok(!units.isImageReference(`${"a.a".repeat(170)}!`));
  assert.ok(!units.isImageReference(`${"a-------".repeat(60)}!`));
  assert.ok(performance.now() - started < 100);
});

test("prefixes of images", () => {
  takes(
    units.isImagePrefix,
    ["studygiveway", "registry.example.com:5000/team"],
    ["", "a/", "a:1", "https://a.b/c", "Team"],
  );
});

test("addresses of registries", () => {
  const good = ["registry.example.com", "registry:5000", "localhost:5000", "192.0.2.1:5000"];
  takes(units.isRegistryAddress, good, ["", "https://a.b", "a.b/c", "a.b:0", "a.b:65536", "a.b:", "a:b:1"]);
});

test("e-mail addresses", () => {
  const bad = ["", "a", "a@", "@b.c", "a@b", "a@b.c@d.e", "a b@c.d", "a..b@c.d", "a@b.test", "a@b.localhost"];
  takes(units.isEmail, ["admin@example.com", "a.b+c@d.example.org"], bad);
});
