import assert from "node:assert/strict";
import { test } from "node:test";
import { envFileText } from "../../src/settings/index.ts";
import { readEnvFile } from "../../src/settings/env-file.ts";
import { settingsFrom } from "../../src/settings/settings.ts";
import { goodRepository } from "./good-repository.ts";
import { type Input, sources } from "./sources.ts";

const settings = (variables: Readonly<Record<string, string>>, input: Input = {}) =>
  settingsFrom(sources({ variables, ...input }));

test("without a URL there is no pipeline", () => {
  assert.equal(settings({}).repository, undefined);
});

test("a repository comes with its credentials, the variables as they were given and the passphrase", () => {
  const given = { ...goodRepository, DOMAIN: "example.org" };
  assert.deepEqual(settings(given).repository, {
    url: "https://github.com/o/app.git",
    credentials: { user: "ci", token: goodRepository["REPOSITORY_TOKEN"] },
    variables: given,
    passphrase: goodRepository["PULUMI_CONFIG_PASSPHRASE"],
  });
});

test("a repository that everybody may read needs no credentials, and Pulumi Cloud no passphrase", () => {
  const { repository } = settings({
    REPOSITORY_URL: "https://git.example.org/app",
    PULUMI_BACKEND_URL: "https://api.pulumi.com",
    PULUMI_ACCESS_TOKEN: "pul-0123456789",
  });
  assert.deepEqual([repository?.credentials, repository?.passphrase], [undefined, undefined]);
});

test("a passphrase in a file is read", () => {
  const given = { ...goodRepository, PULUMI_CONFIG_PASSPHRASE: "", PULUMI_CONFIG_PASSPHRASE_FILE: "/etc/passphrase" };
  const { repository } = settings(given, { files: { "/etc/passphrase": "from a file\n" } });
  assert.equal(repository?.passphrase, "from a file");
});

test("the group of the socket is said, found out or the usual one", () => {
  const groupOf = (path: string) => (path === "/run/my.sock" ? 0 : undefined);
  const group = (variables: Record<string, string>) =>
    settingsFrom({ ...sources({ variables }), groupOf }).docker.socketGroup;
  assert.equal(group({ DOCKER_HOST: "unix:///run/my.sock" }), 0);
  assert.equal(group({ DOCKER_HOST: "unix:///run/other.sock" }), 999);
  assert.equal(group({ DOCKER_HOST: "tcp://10.0.0.7:2376" }), 999);
  assert.equal(group({ DOCKER_HOST: "unix:///run/my.sock", DOCKER_SOCKET_GID: "281" }), 281);
  assert.throws(() => group({ DOCKER_SOCKET_GID: "docker" }), /DOCKER_SOCKET_GID .*got "docker", expected the number/);
});

test("variables survive the file that holds them", () => {
  const variables = { A: "plain", B: "with # and  spaces ", C: `it's`, D: '"x"', E: "back\\slash", F: "a=b" };
  const { entries, problems } = readEnvFile("env", Buffer.from(envFileText(variables)));
  assert.deepEqual(problems, []);
  assert.deepEqual(Object.fromEntries([...entries].map(([name, { value }]) => [name, value])), variables);
});
