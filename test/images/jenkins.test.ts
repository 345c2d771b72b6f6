import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { pipelineConfiguration } from "../../src/components/jenkins-pipeline.ts";
import { settingsOf } from "../registrations.ts";
import { goodRepository } from "../settings/good-repository.ts";
import { images, statements } from "./repository.ts";

const text = readFileSync(path.join(images, "jenkins/jenkins.yaml"), "utf8");
const configuration = parse(text) as {
  jenkins: {
    numExecutors: number;
    securityRealm: { local: { allowsSignup: boolean; users: object[] } };
    authorizationStrategy: object;
  };
};

test("no build runs on the controller", () => {
  assert.equal(configuration.jenkins.numExecutors, 0);
});

test("the admin is the only user, and nobody signs up", () => {
  assert.deepEqual(configuration.jenkins.securityRealm.local, {
    allowsSignup: false,
    users: [{ id: "${ADMIN_USER}", password: "${admin_password}" }],
  });
});

test("who has not logged in sees nothing", () => {
  assert.deepEqual(configuration.jenkins.authorizationStrategy, {
    loggedInUsersCanDoAnything: { allowAnonymousRead: false },
  });
});

test("it asks for nothing that the service does not give", () => {
  const names = [...text.matchAll(/\$\{(\w+)(:-)?/g)].map(([, name, fallback]) => `${name ?? ""}${fallback ?? ""}`);
  assert.deepEqual([...new Set(names)].sort(), ["ADMIN_USER", "JENKINS_URL", "NAME", "admin_password"]);
});

test("what the pipeline adds clashes with nothing: each of its scalars is said once", () => {
  const paths = (tree: unknown, path = ""): string[] =>
    typeof tree === "object" && tree !== null && !Array.isArray(tree)
      ? Object.entries(tree).flatMap(([key, value]) => paths(value, `${path}/${key}`))
      : [path];
  const variables = { ...goodRepository, FORGE: "github", FORGE_REPOSITORY: "o/app", FORGE_TOKEN: "forge-token" };
  const url = { FORGE_URL: "https://git.example.org/api/v3" };
  const added = parse(pipelineConfiguration(settingsOf("platform", { variables: { ...variables, ...url } }))) as object;
  const own = paths(configuration);
  assert.deepEqual(
    paths(added).filter((path) => own.includes(path)),
    [],
  );
});

test("without a repository there is no job and no agent", () => {
  assert.deepEqual(Object.keys(configuration).sort(), ["jenkins", "security", "unclassified"]);
  assert.ok(!("nodes" in configuration.jenkins));
});

test("each plugin has one version, and the list is in order", () => {
  const plugins = statements(path.join(images, "jenkins/plugins.txt"));
  for (const plugin of plugins) assert.match(plugin, /^[a-z0-9-]+:\d[\w.-]*$/);
  const names = plugins.map((plugin) => plugin.split(":")[0] ?? "");
  assert.deepEqual(names, [...new Set(names)]);
  assert.deepEqual(plugins, [...plugins].sort());
  for (const wanted of [
    "configuration-as-code",
    "job-dsl",
    "workflow-aggregator",
    "workflow-multibranch",
    "git",
    "github-branch-source",
  ])
    assert.ok(names.includes(wanted), wanted);
});
