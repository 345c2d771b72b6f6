import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { type Settings, settingsFrom } from "../../src/settings/settings.ts";
import { serviceNames, services } from "../../src/settings/services.ts";
import { variableNames } from "../../src/settings/variables.ts";
import { anotherKey, certificate, key } from "./pem.ts";
import { type Input, sources } from "./sources.ts";

const sample = readFileSync(resolve(import.meta.dirname, "../../.env.sample"), "utf8");

function settings(input: Input = {}): Settings {
  return settingsFrom(sources(input));
}

test("nothing has to be set", () => {
  const { domain, ports, admin, images, tls, registry, gate, backup, docker } = settings();
  assert.equal(domain, "studygiveway.localhost");
  assert.deepEqual([ports.http, ports.https, ports.postgresRw, ports.dockerGuard], [80, 443, 5432, 2375]);
  assert.deepEqual([admin.user, admin.email], ["admin", "admin@example.com"]);
  assert.deepEqual(images, { source: "official", prefix: "studygiveway" });
  assert.deepEqual(tls, { mode: "self-signed" });
  assert.equal(registry, undefined);
  assert.equal(gate.timeoutSeconds, 240);
  assert.deepEqual(backup, { intervalSeconds: 21_600, retentionDays: 14 });
  assert.deepEqual(docker, {
    host: "unix:///var/run/docker.sock",
    access: { certPath: undefined, verify: false, sshAgent: undefined },
    socketPath: "/var/run/docker.sock",
    socketGroup: 999,
    dataRoot: "/var/lib/docker",
  });
});

test(".env.sample says what holds without it", () => {
  assert.deepEqual(settings({ env: sample }), settings());
});

test(".env.sample names every variable once and no other", () => {
  const named = [...sample.matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]);
  assert.deepEqual(named.toSorted(), variableNames.toSorted());
});

test(".env.sample holds no credential", () => {
  assert.match(sample, /Never put real values in this file/);
  assert.doesNotMatch(sample, /(?:PASSWORD|PASSPHRASE|SECRET_KEY|ENCRYPTION_KEY|ROOT_USER|TOKEN)=./);
});

for (const stack of ["staging-pr-42", "staging-data", "qa-pr-42", "qa-data"]) {
  test(`${stack} has data of its own that may go`, () => {
    const { data, disposable, services: sizes } = settings({ stack });
    assert.deepEqual([data, disposable], ["own", true]);
    assert.deepEqual([sizes.daphne.replicas, sizes.nginx.replicas], [1, 1]);
  });
}

for (const stack of ["prod-pr-42", "prod-data"]) {
  test(`${stack} keeps shared data`, () => {
    const { data, disposable, services: sizes } = settings({ stack });
    assert.deepEqual([data, disposable], ["shared", false]);
    assert.deepEqual([sizes.daphne.replicas, sizes.nginx.replicas], [2, 2]);
  });
}

test("the platform reads no environment's file", () => {
  const { data, disposable, services: sizes } = settings({ stack: "platform", environmentFile: "not: read" });
  assert.deepEqual([data, disposable], ["own", false]);
  assert.equal(sizes.elasticsearch.memoryMb, 2048);
});

test("every service has sizes", () => {
  const { services: sizes } = settings();
  assert.deepEqual(Object.keys(sizes).toSorted(), serviceNames.toSorted());
  for (const name of serviceNames) {
    assert.equal(sizes[name].memoryMb, services[name].memoryMb);
    assert.equal("members" in sizes[name], services[name].scale === "members");
  }
});

test("a variable of the process wins over the file, an empty one does not", () => {
  const env = "HTTP_PORT=8080\nHTTPS_PORT=8443\n";
  const { ports } = settings({ env, variables: { HTTP_PORT: "9080", HTTPS_PORT: "", PATH: "/bin" } });
  assert.deepEqual([ports.http, ports.https], [9080, 8443]);
});

test("an empty credential is one to generate", () => {
  const { credentials } = settings({ env: "ADMIN_PASSWORD=\nELASTIC_PASSWORD=''\nKIBANA_PASSWORD='correct-horse'\n" });
  assert.equal(credentials.adminPassword, undefined);
  assert.equal(credentials.elasticPassword, undefined);
  assert.equal(credentials.kibanaPassword, "correct-horse");
});

test("every allowed character of a credential arrives", () => {
  const password = "aZ09._~+=@%^*:,!-";
  assert.equal(settings({ env: `ADMIN_PASSWORD=${password}` }).credentials.adminPassword, password);
});

test("the stack's configuration lies over its environment's file, key by key", () => {
  const environmentFile = [
    "config:",
    "  studygiveway-infra:data: shared",
    "  studygiveway-infra:daphne: { replicas: 2, memoryMb: 512 }",
    "  studygiveway-infra:nginx: { replicas: 4 }",
  ].join("\n");
  const config = { daphne: { replicas: 3, image: "example.com/app:1@sha256:" + "0".repeat(64) }, data: "own" };
  const { data, services: sizes } = settings({ environmentFile, config });
  assert.equal(data, "own");
  assert.deepEqual(sizes.daphne, { image: config.daphne.image, replicas: 3, memoryMb: 512, cpus: 1 });
  assert.equal(sizes.nginx.replicas, 4);
});

test("a fraction set with pulumi config arrives as a number", () => {
  assert.equal(settings({ config: { daphne: { cpus: "0.5" } } }).services.daphne.cpus, 0.5);
});

test("configuration of other projects is not ours", () => {
  const read = { ...sources(), stackConfig: { "docker:host": "x", "studygiveway-infra:disposable": "false" } };
  assert.equal(settingsFrom(read).disposable, false);
});

test("the socket on the node follows the engine's address", () => {
  const { docker } = settings({ env: "DOCKER_HOST=unix:///run/other.sock" });
  assert.equal(docker.socketPath, "/run/other.sock");
  assert.equal(settings({ env: "DOCKER_HOST=ssh://deploy@manager:22" }).docker.socketPath, "/var/run/docker.sock");
  const own = "DOCKER_HOST=unix:///run/other.sock\nDOCKER_SOCKET_PATH=/run/docker.sock";
  assert.equal(settings({ env: own }).docker.socketPath, "/run/docker.sock");
});

test("what it takes to reach an engine elsewhere comes from the file, and the agent of ssh from the environment", () => {
  const env = "DOCKER_HOST=tcp://manager:2376\nDOCKER_CERT_PATH=/certs\nDOCKER_TLS_VERIFY=1";
  const variables = { SSH_AUTH_SOCK: "/run/agent.sock" };
  const { access } = settings({ env, variables }).docker;
  assert.deepEqual(access, { certPath: "/certs", verify: true, sshAgent: "/run/agent.sock" });
});

test("a registry is its address, user and password", () => {
  const env = "REGISTRY_ADDRESS=registry.example.com:5000\nREGISTRY_USER=ci\nREGISTRY_PASSWORD='a b'";
  assert.throws(() => settings({ env }), /REGISTRY_PASSWORD/);
  const { registry } = settings({ env: env.replace("a b", "a#b") });
  assert.deepEqual(registry, { address: "registry.example.com:5000", user: "ci", password: "a#b" });
});

test("an ACME account turns ACME on", () => {
  const env = "DOMAIN=example.com\nACME_EMAIL=me@example.com\nACME_SERVER=https://acme.example.com:14000/dir";
  assert.deepEqual(settings({ env }).tls, {
    mode: "acme",
    email: "me@example.com",
    server: "https://acme.example.com:14000/dir",
  });
});

test("certificate files are read and have to belong together", () => {
  const env = "TLS_CERTIFICATE_FILE=a.pem\nTLS_KEY_FILE=a.key";
  const { tls } = settings({ env, files: { "a.pem": certificate, "a.key": key } });
  assert.deepEqual(tls, { mode: "files", certificate, key });
  assert.throws(
    () => settings({ env, files: { "a.pem": certificate, "a.key": anotherKey } }),
    /TLS_KEY_FILE \(\.env:2\): got the key of another certificate/,
  );
});

test("settings cannot be changed", () => {
  const value = settings();
  const frozen = (part: unknown): boolean =>
    typeof part !== "object" || part === null || (Object.isFrozen(part) && Object.values(part).every(frozen));
  assert.ok(frozen(value));
});
