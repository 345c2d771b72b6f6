import assert from "node:assert/strict";
import { test } from "node:test";
import { keptImage } from "../../src/docker/image.ts";

const digest = `@sha256:${"a".repeat(64)}`;

const kept: readonly (readonly [string, string])[] = [
  ["nginx:1.23.4-alpine", `nginx:1.23.4-alpine${digest}`],
  ["nginx:1.23.4-alpine", "nginx:1.23.4-alpine"],
  ["docker.io/library/nginx:1", `nginx:1${digest}`],
  ["docker.io/dpage/pgadmin4:8.3", `dpage/pgadmin4:8.3${digest}`],
  ["127.0.0.1:5000/team/app", `127.0.0.1:5000/team/app:latest${digest}`],
  ["team/app", "team/app:latest"],
  [`team/app${digest}`, `team/app${digest}`],
];

for (const [wanted, running] of kept) {
  test(`${wanted} is what runs as ${running.slice(0, 50)}`, () => {
    assert.equal(keptImage(wanted, running), running);
  });
}

const changed: readonly (readonly [string, string | undefined])[] = [
  ["nginx:1.23", undefined],
  ["nginx:1.23", `nginx:1.23.4${digest}`],
  ["nginx:2", `nginx:1${digest}`],
  ["other/nginx:1", `nginx:1${digest}`],
  [`team/app@sha256:${"b".repeat(64)}`, `team/app${digest}`],
  ["127.0.0.1:5000/team/app", `127.0.0.1:5000/team/app:1${digest}`],
];

for (const [wanted, running] of changed) {
  test(`${wanted} is another one than ${String(running).slice(0, 50)}`, () => {
    assert.equal(keptImage(wanted, running), wanted);
  });
}
