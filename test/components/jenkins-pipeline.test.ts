import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { pipelineConfiguration } from "../../src/components/jenkins-pipeline.ts";
import { settingsOf } from "../registrations.ts";
import { goodRepository } from "../settings/good-repository.ts";

interface Configuration {
  readonly jenkins: { readonly nodes: readonly { readonly permanent: Readonly<Record<string, unknown>> }[] };
  readonly credentials?: object;
  readonly unclassified?: object;
  readonly jobs: readonly { readonly script: string }[];
}

const forge = { FORGE: "github", FORGE_REPOSITORY: "o/app", FORGE_TOKEN: "forge-token-0123456789" };

function configuration(variables: Readonly<Record<string, string>> = {}): { text: string; parsed: Configuration } {
  const text = pipelineConfiguration(settingsOf("platform", { variables: { ...goodRepository, ...variables } }));
  return { text, parsed: parse(text) as Configuration };
}

const scriptOf = (variables?: Readonly<Record<string, string>>) =>
  configuration(variables)
    .parsed.jobs.map(({ script }) => script)
    .join("\n");

await test("the deploy agent connects by itself and keeps a place for a preview beside a deployment", () => {
  const [node, ...rest] = configuration().parsed.jenkins.nodes;
  assert.deepEqual(rest, []);
  const { name, labelString, mode, numExecutors, launcher } = node?.permanent ?? {};
  assert.deepEqual([name, labelString, mode, numExecutors, launcher], ["deploy", "deploy", "EXCLUSIVE", 2, "inbound"]);
});

await test("the job follows the three branches and nothing else of the repository", () => {
  const script = scriptOf();
  assert.match(script, /remote\('https:\/\/github\.com\/o\/app\.git'\)\s+credentialsId\('repository'\)/);
  assert.match(script, /includes\('staging qa prod'\)/);
  assert.match(script, /scriptPath\('Jenkinsfile'\)/);
  assert.match(script, /interval\('2m'\)/);
  assert.doesNotMatch(script, /github \{/);
  assert.equal(script.match(/branchSource \{/g)?.length, 1);
});

await test("pull requests are GitHub's, from branches of the repository itself, never from forks", () => {
  const script = scriptOf(forge);
  assert.match(script, /github \{.*repoOwner\('o'\)\s+repository\('app'\).*gitHubPullRequestDiscovery/s);
  assert.doesNotMatch(script, /fork/i);
  assert.doesNotMatch(script, /gitHubBranchDiscovery/);
  assert.doesNotMatch(scriptOf({ ...forge, FORGE: "gitlab" }), /github \{|gitlab/i);
  const anonymous = { ...forge, REPOSITORY_USER: "", REPOSITORY_TOKEN: "" };
  assert.doesNotMatch(scriptOf(anonymous), /github \{|credentialsId/);
});

await test("GitHub Enterprise is asked at its own address", () => {
  const url = "https://git.example.org/api/v3";
  const { parsed } = configuration({ ...forge, FORGE_URL: url });
  assert.match(parsed.jobs[0]?.script ?? "", /apiUri\('https:\/\/git\.example\.org\/api\/v3'\)/);
  assert.deepEqual(parsed.unclassified, { gitHubConfiguration: { endpoints: [{ name: "forge", apiUri: url }] } });
  assert.equal(configuration(forge).parsed.unclassified, undefined);
});

await test("credentials are names of secret files, and only where there are any", () => {
  const { text } = configuration(forge);
  assert.match(text, /username: \$\{repository_user\}\s+password: \$\{repository_token\}/);
  for (const secret of [goodRepository["REPOSITORY_TOKEN"] ?? "?", forge.FORGE_TOKEN])
    assert.ok(!text.includes(secret));
  assert.equal(configuration({ REPOSITORY_USER: "", REPOSITORY_TOKEN: "" }).parsed.credentials, undefined);
});

await test("every brace of the script is closed", () => {
  for (const script of [scriptOf(), scriptOf(forge)]) {
    const depth = Array.from(script).reduce((open, letter) => {
      assert.ok(open >= 0);
      return open + (letter === "{" ? 1 : letter === "}" ? -1 : 0);
    }, 0);
    assert.equal(depth, 0);
  }
});
