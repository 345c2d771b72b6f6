import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { runtime } from "@pulumi/pulumi";
import { loadVariables } from "../../src/settings/files.ts";
import { loadSettings } from "../../src/settings/index.ts";

const before = { ...process.env };
const folders: string[] = [];

// Whoever runs the tests may have settings of their own.
beforeEach(() => {
  process.env = { PATH: before.PATH };
});

afterEach(() => {
  process.env = { ...before };
  runtime.setAllConfig({});
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function envFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "settings-"));
  folders.push(folder);
  const path = join(folder, "env");
  writeFileSync(path, text);
  return path;
}

test("ENV_FILE, the process and the stack's configuration all arrive", () => {
  process.env.ENV_FILE = envFile("HTTP_PORT=8080\nHTTPS_PORT=8443\n");
  process.env.HTTPS_PORT = "9443";
  runtime.setAllConfig({ "studygiveway-infra:daphne": '{"replicas":5}' });
  const { ports, services, disposable } = loadSettings("staging-pr-3");
  assert.deepEqual([ports.http, ports.https], [8080, 9443]);
  assert.deepEqual([services.daphne.replicas, services.nginx.replicas], [5, 1]);
  assert.equal(disposable, true);
});

test("a file that was asked for has to be there", () => {
  process.env.ENV_FILE = "/nowhere/env";
  assert.throws(() => loadSettings("platform"), /\/nowhere\/env: got ENOENT, expected a file, name a file/);
  assert.throws(() => loadVariables(), /\/nowhere\/env: got ENOENT/);
});

test("variables for other programs come from the same two places", () => {
  process.env.ENV_FILE = envFile("PULUMI_BACKEND_URL=file:///state\nDOMAIN=\n");
  process.env.PULUMI_CONFIG_PASSPHRASE = "correct horse";
  const variables = loadVariables();
  assert.equal(variables.get("PULUMI_BACKEND_URL"), "file:///state");
  assert.equal(variables.get("PULUMI_CONFIG_PASSPHRASE"), "correct horse");
  assert.ok(!variables.has("DOMAIN") && !variables.has("PATH"));
});
