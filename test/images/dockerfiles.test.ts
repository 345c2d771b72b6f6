import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { built, images, standIns, statements } from "./repository.ts";

// Every base image there is, so that a new one is a decision. Those marked are only copied from.
const bases: Record<(typeof built)[number], readonly string[]> = {
  backup: ["minio/minio:RELEASE.2024-02-04T22-36-13Z", "alpine:3.19"],
  daphne: ["python:3.11-alpine3.19", "python:3.11-alpine3.19"],
  etcd: ["quay.io/coreos/etcd:v3.5.16", "alpine:3.19"],
  jenkins: ["jenkins/jenkins:2.443-alpine"],
  "jenkins-agent": ["node:24-alpine3.22", "node:24-alpine3.22"],
  pgbouncer: ["alpine:3.19", "alpine:3.19"],
  postgres: ["postgres:16.1-alpine3.19", "postgres:16.1-alpine3.19"],
};

// What an official image takes from elsewhere than its stand-in: packages of Python and plugins of Jenkins.
const packaged = new Set(["postgres/requirements.txt", "jenkins/plugins.txt"]);

const instructions = (file: string, name: string): string[][] =>
  statements(file)
    .filter((line) => line.startsWith(`${name} `))
    .map((line) => line.split(/\s+/).slice(1));

const copied = (file: string): string[] =>
  instructions(file, "COPY")
    .filter(([first]) => first?.startsWith("--from=") !== true)
    .flatMap((words) => words.slice(0, -1));

test("there is a Dockerfile for each image we build and none besides", () => {
  assert.deepEqual(readdirSync(images).sort(), [...built]);
});

for (const service of built) {
  const official = path.join(images, service, "Dockerfile");
  const standIn = path.join(standIns, service, "Dockerfile");

  test(`${service} is built from known images, and runs on Alpine`, () => {
    const from = instructions(official, "FROM").map(([image]) => image ?? "");
    assert.deepEqual(from, bases[service]);
    assert.match(from.at(-1) ?? "", /alpine/);
  });

  test(`${service}: the stand-in is made of the same files`, () => {
    const ours = copied(official).filter((file) => !packaged.has(`${service}/${file}`));
    const theirs = copied(standIn).filter((file) => file.startsWith("image/"));
    assert.deepEqual(theirs.sort(), ours.map((file) => `image/${file}`).sort());
  });

  test(`${service} does not run as root`, () => {
    for (const file of [official, standIn]) {
      const users = instructions(file, "USER");
      if (file === official && service === "jenkins")
        assert.deepEqual(users, []); // the base image sets its own
      else assert.match(users.at(-1)?.[0] ?? "", /^(postgres|jenkins|1000:1000)$/);
    }
  });
}
