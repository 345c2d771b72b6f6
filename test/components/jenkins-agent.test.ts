import assert from "node:assert/strict";
import { test } from "node:test";
import { agentVariables } from "../../src/components/jenkins-agent.ts";
import { readEnvFile } from "../../src/settings/env-file.ts";
import { canary, given } from "../e2e/canary.ts";
import { type Registration, registrations, settingsOf } from "../registrations.ts";
import { goodRepository } from "../settings/good-repository.ts";
import { certificate, key } from "../settings/pem.ts";

interface Mount {
  readonly type: string;
  readonly source?: string;
  readonly target: string;
  readonly readOnly?: boolean;
}

interface Service {
  readonly updateConfig: { readonly order: string };
  readonly taskSpec: {
    readonly networksAdvanceds: readonly { readonly id: string }[];
    readonly placement: { readonly constraints: readonly string[] };
    readonly containerSpec: {
      readonly user: string;
      readonly groups?: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly args?: readonly string[];
      readonly readOnly: boolean;
      readonly capDrops: readonly string[];
      readonly mounts: readonly Mount[];
      readonly secrets: readonly { readonly fileName: string; readonly fileMode: number; readonly fileUid: string }[];
    };
  };
}

const platform = (variables: Readonly<Record<string, string>>, files = {}) =>
  settingsOf("platform", { variables, files });
const isService = ({ type }: Registration) => type === "docker:index/service:Service";

async function agentOf(variables: Readonly<Record<string, string>>): Promise<Service | undefined> {
  const rows = await registrations(platform(variables), 3);
  return rows.find((row) => isService(row) && row.name === "jenkins-agent")?.inputs as unknown as Service | undefined;
}

await test("without a repository there is no agent; with one this is added and nothing changes its name", async () => {
  const lines = async (variables: Readonly<Record<string, string>>) =>
    (await registrations(platform(variables))).map(({ type, name, parent }) => `${type} ${name} < ${parent}`);
  const [without, withOne] = [await lines({}), await lines(goodRepository)];
  assert.deepEqual(
    without.filter((line) => !withOne.includes(line)),
    [],
  );
  assert.deepEqual(withOne.filter((line) => !without.includes(line)).sort(), [
    "docker:index/secret:Secret jenkins-agent-admin_password < jenkins-agent",
    "docker:index/secret:Secret jenkins-agent-env < jenkins-agent",
    "docker:index/secret:Secret jenkins-agent-passphrase < jenkins-agent",
    "docker:index/secret:Secret jenkins-repository_token < jenkins",
    "docker:index/secret:Secret jenkins-repository_user < jenkins",
    "docker:index/service:Service jenkins-agent < jenkins-agent",
    "docker:index/serviceConfig:ServiceConfig jenkins-pipeline.yaml < jenkins",
    "studygiveway:index:JenkinsAgent jenkins-agent < platform",
  ]);
});

await test("the agent is on a manager, without root, in the group of the socket, its only bind", async () => {
  const { taskSpec, updateConfig } = (await agentOf({ ...goodRepository, DOCKER_SOCKET_GID: "281" })) ?? assert.fail();
  const { containerSpec: container, placement, networksAdvanceds } = taskSpec;
  assert.deepEqual(placement.constraints, ["node.role == manager"]);
  assert.deepEqual([container.user, container.groups], ["1000:1000", ["281"]]);
  assert.deepEqual([container.readOnly, container.capDrops], [true, ["ALL"]]);
  assert.deepEqual(
    container.mounts.map(({ type, source, target }) => [type, source, target]),
    [
      ["volume", "platform-jenkins-agent", "/home/jenkins"],
      ["bind", "/var/run/docker.sock", "/var/run/docker.sock"],
      ["tmpfs", undefined, "/tmp"],
    ],
  );
  assert.deepEqual(networksAdvanceds.map(({ id }) => id).sort(), ["ci-id", "edge-id"]);
  assert.equal(updateConfig.order, "stop-first");
});

await test("no other service of the platform has the Docker socket but the guard", async () => {
  const rows = (await registrations(platform(goodRepository))).filter(isService);
  const holders = rows.filter((row) =>
    (row.inputs as unknown as Service).taskSpec.containerSpec.mounts.some(({ target }) => /docker\.sock$/.test(target)),
  );
  assert.deepEqual(
    holders.map(({ name }) => name),
    ["docker-guard", "jenkins-agent"],
  );
});

await test("no secret stands in the agent's environment or arguments; its files are its own", async () => {
  const { taskSpec } = (await agentOf(goodRepository)) ?? assert.fail();
  const { env, args, secrets } = taskSpec.containerSpec;
  assert.deepEqual(env, { ENV_FILE: "/run/secrets/env" });
  assert.deepEqual(args, ["http://jenkins:8080", "deploy", "admin"]);
  assert.deepEqual(
    secrets.map(({ fileName, fileMode, fileUid }) => [fileName, fileMode, fileUid]),
    ["admin_password", "env", "passphrase"].map((name) => [`/run/secrets/${name}`, 0o400, "1000"]),
  );
});

await test("tokens stand in Swarm secrets alone, and the registry's in the provider that logs in with it", async () => {
  const tokens = { REPOSITORY_TOKEN: "1st-token", FORGE_TOKEN: "2nd-token", REGISTRY_PASSWORD: "3rd-token" };
  const canaries = Object.entries(tokens).map(([name, token]) => canary(name, token));
  const logins = { FORGE: "github", FORGE_REPOSITORY: "o/app", REGISTRY_ADDRESS: "r.example.com", REGISTRY_USER: "ci" };
  const rows = await registrations(platform({ ...goodRepository, ...logins, ...tokens }));
  const holders = rows.flatMap(({ type, name, inputs }) => {
    const found = given(JSON.stringify(inputs), canaries);
    return found.length === 0 ? [] : [`${type} ${name}: ${found.join(", ")}`];
  });
  assert.deepEqual(holders, [
    "docker:index/secret:Secret jenkins-agent-env: REPOSITORY_TOKEN, FORGE_TOKEN, REGISTRY_PASSWORD",
    "docker:index/secret:Secret jenkins-repository_token: REPOSITORY_TOKEN",
    "pulumi:providers:docker swarm: REGISTRY_PASSWORD",
  ]);
});

function variablesOf(variables: Readonly<Record<string, string>>, files = {}): Record<string, string> {
  const settings = platform(variables, files);
  const text = agentVariables(settings, settings.repository ?? assert.fail(), "platform-traefik");
  const { entries, problems } = readEnvFile("env", Buffer.from(text));
  assert.deepEqual(problems, []);
  return Object.fromEntries([...entries].map(([name, { value }]) => [name, value]));
}

await test("the agent's .env says what was given here, and where things are in its container", () => {
  const given = {
    ...goodRepository,
    ADMIN_PASSWORD: "admin-password-1",
    DOCKER_HOST: "tcp://10.0.0.7:2376",
    DOCKER_CERT_PATH: "/certs",
    DOCKER_TLS_VERIFY: "1",
    EDGE_ADDRESS: "192.0.2.7:443",
  };
  assert.deepEqual(variablesOf(given), {
    ADMIN_PASSWORD: "admin-password-1",
    DOCKER_HOST: "unix:///var/run/docker.sock",
    DOCKER_SOCKET_GID: "999",
    DOCKER_SOCKET_PATH: "/var/run/docker.sock",
    EDGE_ADDRESS: "platform-traefik:8443",
    IMAGES: "stand-in",
    PULUMI_BACKEND_URL: goodRepository["PULUMI_BACKEND_URL"],
    PULUMI_CONFIG_PASSPHRASE_FILE: "/run/secrets/passphrase",
    REPOSITORY_TOKEN: goodRepository["REPOSITORY_TOKEN"],
    REPOSITORY_URL: goodRepository["REPOSITORY_URL"],
    REPOSITORY_USER: goodRepository["REPOSITORY_USER"],
  });
});

await test("an agent that deploys the platform asks for itself as it is", () => {
  const files = { "/run/secrets/tls_certificate": certificate, "/run/secrets/tls_key": key, "tls/c": certificate };
  const inside = { ...files, "/run/secrets/passphrase": goodRepository["PULUMI_CONFIG_PASSPHRASE"] ?? "" };
  const given = { ...goodRepository, TLS_CERTIFICATE_FILE: "tls/c", TLS_KEY_FILE: "/run/secrets/tls_key" };
  const once = variablesOf(given, files);
  assert.equal(once["TLS_CERTIFICATE_FILE"], "/run/secrets/tls_certificate");
  assert.deepEqual(variablesOf(once, inside), once);
  const settings = (variables: Record<string, string>) => platform(variables, { ...files, ...inside });
  assert.equal(settings(once).repository?.passphrase, settings(given).repository?.passphrase);
});
