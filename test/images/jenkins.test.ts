import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { images, statements } from "./repository.ts";

const text = readFileSync(path.join(images, "jenkins/jenkins.yaml"), "utf8");
const configuration = parse(text) as {
  jenkins: { numExecutors: number; securityRealm: { local: { allowsSignup: boolean; users: object[] } } };
  jobs: { script: string }[];
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

test("it asks for nothing that the service does not give", () => {
  const names = [...text.matchAll(/\$\{(\w+)(:-)?/g)].map(([, name, fallback]) => `${name ?? ""}${fallback ?? ""}`);
  assert.deepEqual([...new Set(names)].sort(), [
    "ADMIN_USER",
    "JENKINS_URL",
    "NAME",
    "REPOSITORY_URL:-",
    "admin_password",
  ]);
});

test("the job follows the branches of a repository that holds a Jenkinsfile", () => {
  assert.match(configuration.jobs[0]?.script ?? "", /multibranchPipelineJob.*scriptPath\('Jenkinsfile'\)/s);
});

test("each plugin has one version, and the list is in order", () => {
  const plugins = statements(path.join(images, "jenkins/plugins.txt"));
  for (const plugin of plugins) assert.match(plugin, /^[a-z0-9-]+:\d[\w.-]*$/);
  const names = plugins.map((plugin) => plugin.split(":")[0] ?? "");
  assert.deepEqual(names, [...new Set(names)]);
  assert.deepEqual(plugins, [...plugins].sort());
  for (const wanted of ["configuration-as-code", "job-dsl", "workflow-aggregator", "workflow-multibranch", "git"])
    assert.ok(names.includes(wanted), wanted);
});
