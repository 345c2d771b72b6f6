import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Entry, readLedger } from "../../src/cluster/ledger.ts";
import { readObjects } from "../../src/cluster/objects.ts";
import { type Status, statusSchema } from "../../src/delivery/status/schema.ts";
import { type Environment } from "../../src/identity.ts";
import { type CommandResult } from "../../tools/command.ts";
import { backendFolder } from "../../tools/environment.ts";
import { idOf } from "./applications.ts";
import { inside as inNamespace } from "./namespace.ts";
import { engine, eventually, hostOf, https, inside, plainPath, privateDaemon, project, stackObjects } from "./world.ts";

interface SgwOptions {
  /** The exit code it has to end with. Default: 0. */
  readonly code?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutSeconds?: number;
}

/**
 * Where a company deploys, `sgw` is one container among many and takes nothing from those that serve. Here it is a session
 * of its own, which weighs a quarter of them all (cgroup.ts) if it does not give way.
 */
const giveWay = ["sh", "-c", 'echo 10 2> /dev/null > /proc/self/autogroup; exec "$@"', "sh"];

function command(args: readonly string[], env: Readonly<Record<string, string>>): string[] {
  const variables = Object.entries({ PATH: plainPath, ...env }).map(([name, value]) => `${name}=${value}`);
  return [...giveWay, "env", ...variables, process.execPath, join(project, "tools", "sgw.ts"), ...args];
}

/** Runs the delivery command where the ports of the private Engine are; throws unless it ends as expected. */
export async function sgw(args: readonly string[], options: SgwOptions = {}): Promise<CommandResult> {
  const { code = 0, env = {}, timeoutSeconds = 300 } = options;
  const result = await inside(command(args, env), timeoutSeconds);
  const output = [result.stdout, result.stderr].join("\n").trim().split("\n").slice(-60).join("\n");
  assert.equal(result.code, code, `sgw ${args.join(" ")}: exit code ${result.code}\n${output}`);
  return result;
}

/** Starts the delivery command to do something to it. Its process is the child itself and leads a group, as at a terminal. */
export function startSgw(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const [program = "", ...rest] = inNamespace(privateDaemon().namespace, command(args, env));
  return spawn(program, rest, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
}

export interface Promoted {
  readonly generation: number;
  readonly stack: string;
  readonly image: string;
  readonly url: string;
  readonly destroyed: readonly string[];
  readonly seconds: Readonly<Record<string, number>>;
}

export async function promote(environment: Environment, ...args: readonly string[]): Promise<Promoted> {
  const { stdout } = await sgw(["promote", environment, ...args, "--yes", "--json"]);
  return JSON.parse(stdout) as Promoted;
}

/** A promotion, or what else is named, that is refused before anything is made, in these words. */
export async function refused(args: readonly string[], words: RegExp, verb = "promote"): Promise<void> {
  const { stderr } = await sgw([verb, ...args, "--yes"], { code: 2 });
  assert.match(stderr, words);
}

/** What `sgw status` says to machines, and to people: its lines and the cells of each. */
export interface Shown {
  readonly report: Status;
  readonly text: string;
  readonly cells: readonly (readonly string[])[];
}

export async function status(): Promise<Shown> {
  const [json, { stdout: text }] = await Promise.all([sgw(["status", "--json"]), sgw(["status"])]);
  const cells = text.split("\n").map((line) => line.split(/ {2,}/));
  return { report: statusSchema.parse(JSON.parse(json.stdout)), text, cells };
}

export function ledger(environment: Environment): Promise<Entry[]> {
  return readLedger(engine, environment);
}

/** The releases that are there: in the backend, or with anything but volumes in the Swarm. */
export async function releasesThere(): Promise<string[]> {
  const known = await inside([
    "env",
    `PULUMI_SKIP_UPDATE_CHECK=true`,
    "pulumi",
    "stack",
    "ls",
    "--json",
    "-C",
    project,
  ]);
  const stacks = (JSON.parse(known.stdout) as { name: string }[]).map(({ name }) => name);
  const { services, networks, secrets, configs } = await readObjects(engine);
  const named = [...services, ...networks, ...secrets, ...configs].map(({ stack }) => stack);
  return [...new Set([...stacks, ...named])].filter((name) => /-pr-\d+$/.test(name)).sort();
}

/** The files of the backend, by their paths. */
export function backendFiles(): string[] {
  const folder = backendFolder(process.env["PULUMI_BACKEND_URL"] ?? "") ?? "";
  return readdirSync(join(folder, ".pulumi"), { recursive: true, encoding: "utf8" }).sort();
}

/** The releases that have a state, a copy of one, a history, or settings in a file. */
export function releasesOnFile(): string[] {
  const files = [...backendFiles(), ...readdirSync(project)];
  const named = files.flatMap((file) => /\b((?:staging|qa|prod)-pr-\d+)(?=[.-])/.exec(file)?.[1] ?? []);
  return [...new Set(named)].sort();
}

/** The image each task of the application is to run. */
export async function runningImage(stack: string): Promise<string> {
  const { Spec } = (await engine.getService(`${stack}-daphne`).inspect()) as {
    Spec: { TaskTemplate: { ContainerSpec: { Image: string } } };
  };
  return Spec.TaskTemplate.ContainerSpec.Image;
}

/** The application is asked to run this very image, and all its containers do. */
export async function expectImage(stack: string, image: string): Promise<void> {
  assert.equal(await runningImage(stack), image);
  const { containers } = await stackObjects(stack);
  const running = containers.filter(
    ({ Labels, State }) => Labels["com.docker.swarm.service.name"] === `${stack}-daphne` && State === "running",
  );
  assert.deepEqual([...new Set(running.map(({ ImageID }) => ImageID))], [await idOf(image)]);
}

/** What a release answers with in X-Release. */
export async function answering(stack: string): Promise<string | undefined> {
  const { status, headers } = await https({ host: hostOf(stack), path: "/readyz" });
  assert.equal(status, 200);
  return headers["x-release"];
}

/** Traefik takes a moment to forget a release. */
export async function answeredByNobody(stack: string): Promise<void> {
  const host = hostOf(stack);
  await eventually(`nobody answers at ${host}`, async () => {
    assert.equal((await https({ host })).status, 404);
  });
}

/** Waits until a release that is to go is on its way. */
export async function servesNoLonger(stack: string): Promise<void> {
  const answers = async () => {
    const { status } = await https({ host: hostOf(stack), path: "/healthz" });
    assert.notEqual(status, 200);
  };
  await eventually(`${stack} serves no longer`, answers, { seconds: 300 });
}
