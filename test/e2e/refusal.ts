import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyCheckout } from "./checkout.ts";
import { engine, initStack, pulumi, type PulumiResult } from "./world.ts";

const environments = ["staging", "qa", "prod"] as const;

/** A copy of the program with a backend and settings of its own. */
export interface Desk {
  readonly folder: string;
  readonly project: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What a desk is given to read. */
export interface Papers {
  readonly stack: string;
  readonly env?: string | Uint8Array | undefined;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** The content of Pulumi.<environment>.yaml; the committed one when there is none. */
  readonly environmentFile?: string | undefined;
}

export async function openDesk(): Promise<Desk> {
  const folder = mkdtempSync(join(tmpdir(), "studygiveway-desk-"));
  const project = join(folder, "project");
  await copyCheckout(project, ["src", "package.json", "Pulumi.yaml", ...environments.map(fileOf)]);
  for (const environment of environments) cpSync(join(project, fileOf(environment)), join(folder, environment));
  return { folder, project, env: { PULUMI_BACKEND_URL: `file://${folder}/state` } };
}

export function closeDesk({ folder }: Desk): void {
  rmSync(folder, { recursive: true, force: true });
}

function fileOf(environment: string): string {
  return `Pulumi.${environment}.yaml`;
}

/** Makes the stack and all that it reads. */
export async function lay({ folder, project, env }: Desk, papers: Papers): Promise<void> {
  const { stack, config, environmentFile } = papers;
  const state = join(folder, "state");
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state);
  for (const environment of environments) cpSync(join(folder, environment), join(project, fileOf(environment)));
  rmSync(join(project, ".env"), { force: true });
  if (papers.env !== undefined) writeFileSync(join(project, ".env"), papers.env);
  const own = join(project, fileOf(stack));
  rmSync(own, { force: true });
  await initStack(stack, { cwd: project, env });
  if (environmentFile !== undefined) writeFileSync(join(project, fileOf(stack.split("-")[0] ?? "")), environmentFile);
  if (config === undefined) return;
  const keys = Object.entries(config).map(([key, value]) => [`studygiveway-infra:${key}`, value]);
  // JSON is YAML.
  const written = `config: ${JSON.stringify(Object.fromEntries(keys))}\n`;
  writeFileSync(own, `${written}${readFileSync(own, "utf8")}`);
}

/** Runs a verb that has to be refused; Pulumi's output in one piece. */
export async function refused(
  { project, env }: Desk,
  stack: string,
  verb: "preview" | "up",
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const args = verb === "up" ? ["up", "--yes", "--skip-preview"] : ["preview"];
  const options = { cwd: project, env: { ...env, ...variables }, expectFailure: true, timeoutSeconds: 120 };
  return outputOf(await pulumi(stack, args, options));
}

export function outputOf({ stdout, stderr }: PulumiResult): string {
  return `${stdout}\n${stderr}`;
}

/** Everything the Engine holds that a deployment makes. */
export async function inventory(): Promise<string[]> {
  const [services, networks, secrets, configs, { Volumes: volumes }] = await Promise.all([
    engine.listServices(),
    engine.listNetworks(),
    engine.listSecrets(),
    engine.listConfigs(),
    engine.listVolumes(),
  ]);
  return [
    ...services.map(({ ID }) => `service ${ID}`),
    ...networks.map(({ Id, Name }) => `network ${Name} ${Id}`),
    ...secrets.map(({ ID }) => `secret ${ID}`),
    ...configs.map(({ ID, Spec }) => `config ${Spec?.Name ?? ""} ${ID}`),
    ...volumes.map(({ Name }) => `volume ${Name}`),
  ].sort();
}

/** Does the work and proves that it made nothing. */
export async function makingNothing(work: () => Promise<void>): Promise<void> {
  const before = await inventory();
  await work();
  assert.deepEqual(await inventory(), before);
}
