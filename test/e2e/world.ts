import Docker from "dockerode";
import { setTimeout as sleep } from "node:timers/promises";
import { type CommandResult, must, run } from "../../tools/command.ts";
import { exec, findDaemon } from "./daemon.ts";

// What the files of this folder share: one private Docker Engine, one copy of the checkout, one Pulumi backend. run.ts
// makes them and says in the environment where they are.

function variable(name: string): string {
  const value = process.env[name] ?? "";
  if (value === "") throw new Error(`${name} is not set: these tests are started by \`npm run test:e2e\``);
  return value;
}

/** The copy of the checkout in which Pulumi runs; its .env holds the credentials that are given. */
export const project = variable("E2E_PROJECT");
/** The PATH of somebody who may have no Pulumi: the commands of the project find theirs. */
export const plainPath = variable("E2E_PATH");
export const domain = variable("DOMAIN");
export const admin = { user: "admin", password: variable("E2E_ADMIN_PASSWORD") } as const;

/** Side by side, each after those it needs. */
export const fleet = ["platform", "prod-data", "staging-pr-7", "qa-pr-7", "prod-pr-7"] as const;
export const releases = ["staging-pr-7", "qa-pr-7", "prod-pr-7"] as const;

/** The host at which a stack answers: the site itself, or a console or the object store below it. */
export function hostOf(stack: string, name?: string): string {
  const [environment = "", , pr] = stack.split("-");
  const base =
    stack === "platform" || environment === "prod"
      ? domain
      : `${pr === undefined ? "data" : `pr-${pr}`}.${environment}.${domain}`;
  return name === undefined ? base : `${name}.${base}`;
}

export interface PulumiResult extends CommandResult {
  readonly seconds: number;
}

interface PulumiOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly expectFailure?: boolean;
  readonly timeoutSeconds?: number;
}

/** `pulumi <args> --stack <stack> --non-interactive`; throws unless it ends as expected. */
export async function pulumi(
  stack: string,
  args: readonly string[],
  options: PulumiOptions = {},
): Promise<PulumiResult> {
  const { env = {}, cwd = project, expectFailure = false, timeoutSeconds = 600 } = options;
  const started = performance.now();
  const argv = ["pulumi", ...args, "--stack", stack, "--non-interactive", "--color", "never"];
  const result = await run(argv, { env: { ...process.env, ...env }, cwd, timeoutSeconds });
  const seconds = (performance.now() - started) / 1000;
  if ((result.code === 0) === expectFailure || result.code === 124) {
    const output = [result.stdout, result.stderr].join("\n").trim().split("\n").slice(-60).join("\n");
    throw new Error(`${argv.join(" ")}: exit code ${result.code} after ${seconds.toFixed(1)} s\n${output}`);
  }
  return { ...result, seconds };
}

/** Makes the stack known to the backend, unless it is. */
export async function initStack(stack: string, options: Pick<PulumiOptions, "env" | "cwd"> = {}): Promise<void> {
  const { env = {}, cwd = project } = options;
  const argv = ["pulumi", "stack", "init", stack, "--no-select", "--non-interactive", "--color", "never"];
  const result = await run(argv, { env: { ...process.env, ...env }, cwd, timeoutSeconds: 60 });
  if (result.code !== 0 && !result.stderr.includes("already exists")) throw new Error(result.stderr);
}

export async function up(
  stack: string,
  args: readonly string[] = [],
  options: PulumiOptions = {},
): Promise<PulumiResult> {
  await initStack(stack, options);
  return pulumi(stack, ["up", "--yes", "--skip-preview", ...args], options);
}

export async function preview(stack: string, args: readonly string[] = [], options: PulumiOptions = {}) {
  await initStack(stack, options);
  return pulumi(stack, ["preview", ...args], options);
}

/** Removes what the stack has made, and nothing else: volumes and the stack's settings stay. */
export function destroy(stack: string, options: PulumiOptions = {}): Promise<PulumiResult> {
  return pulumi(stack, ["destroy", "--yes", "--skip-preview"], options);
}

/** Sets one setting of one stack: `setConfig("staging-pr-7", "daphne.replicas", "3")`. */
export async function setConfig(stack: string, path: string, value: string): Promise<void> {
  await pulumi(stack, ["config", "set", "--path", `studygiveway-infra:${path}`, value]);
}

export async function removeConfig(stack: string, path: string): Promise<void> {
  await pulumi(stack, ["config", "rm", "--path", `studygiveway-infra:${path}`]);
}

export async function outputs(stack: string, { secrets = false } = {}): Promise<Record<string, unknown>> {
  const { stdout } = await pulumi(stack, ["stack", "output", "--json", ...(secrets ? ["--show-secrets"] : [])]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

export async function isUp(stack: string): Promise<boolean> {
  return (await stackObjects(stack)).services.length > 0;
}

/** Brings up those of the fleet that are not: the file called stacks did, unless this one runs alone. */
export async function fleetUp(stacks: readonly string[] = fleet): Promise<void> {
  // What stands since an earlier run may be of an older program.
  const isAlone = process.env["E2E_ALONE"] === "true";
  const ensure = async (stack: string) => (!isAlone && (await isUp(stack))) || up(stack);
  for (const base of ["platform", "prod-data"]) if (stacks.includes(base)) await ensure(base);
  await Promise.all(stacks.filter((stack) => stack !== "platform" && stack !== "prod-data").map(ensure));
  const asked = isAlone ? releases.filter((release) => stacks.includes(release)) : [];
  await Promise.all(asked.map(ready));
}

/** Waits until a release reaches all it is connected with; the first question makes its bucket and its index. */
export function ready(stack: string): Promise<string> {
  return eventually(`${stack} is ready`, async () => {
    const { status, body } = await https({ host: hostOf(stack), path: "/readyz" });
    if (status !== 200) throw new Error(`${status} ${body}`);
    return body;
  });
}

export const engine = new Docker({ socketPath: new URL(variable("DOCKER_HOST")).pathname });

/** Runs the docker command, which has to succeed; returns what it printed. */
export function docker(...argv: readonly string[]): Promise<string> {
  return must(["docker", ...argv], { timeoutSeconds: 120 });
}

/** Runs a command where the ports of the private Engine are; what it returns is for the caller to judge. */
export function inside(argv: readonly string[], timeoutSeconds = 60): Promise<CommandResult> {
  return exec(privateDaemon(), argv, timeoutSeconds);
}

export function privateDaemon() {
  const daemon = findDaemon(variable("E2E_DAEMON"));
  if (daemon === undefined) throw new Error("the private Docker Engine is gone");
  return daemon;
}

export interface Request {
  readonly host: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** user:password */
  readonly auth?: string;
  readonly scheme?: "http" | "https";
  readonly timeoutSeconds?: number;
}

export interface Answer {
  readonly status: number;
  /** By name in lower case; the last of those that come more than once. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Asks Traefik at a host that no name server knows. */
export async function https(request: Request): Promise<Answer> {
  const { host, path = "/", method = "GET", headers = {}, body, auth, scheme = "https", timeoutSeconds = 20 } = request;
  const port = scheme === "https" ? 443 : 80;
  const { code, stdout, stderr } = await inside([
    ...["curl", "-sSk", "--max-time", String(timeoutSeconds), "--resolve", `${host}:${port}:127.0.0.1`],
    ...["--include", ...(method === "HEAD" ? ["--head"] : ["-X", method])],
    ...Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]),
    ...(body === undefined ? [] : ["--data-binary", body]),
    ...(auth === undefined ? [] : ["-u", auth]),
    `${scheme}://${host}${path}`,
  ]);
  if (code !== 0) throw new Error(`${method} ${scheme}://${host}${path}: ${stderr.trim().split("\n").at(-1) ?? ""}`);
  const [head = "", ...rest] = stdout.replace(/^HTTP\/\S+ 1[^]*?\n\n/, "").split("\n\n");
  const [statusLine = "", ...lines] = head.split("\n");
  const pairs = lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.replace(/^[^:]*: */, "")]);
  return {
    status: Number(statusLine.split(" ")[1]),
    headers: Object.fromEntries(pairs) as Answer["headers"],
    body: rest.join("\n\n"),
  };
}

/** Repeats a check until it does not throw; the last error tells why it never came true. */
export async function eventually<T>(what: string, check: () => Promise<T>, { seconds = 60 } = {}): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`, { cause: error });
    }
    await sleep(300);
  }
}

/** Everything of the Engine that carries the stack's label. */
export async function stackObjects(stack: string) {
  const label = [`studygiveway.stack=${stack}`];
  const filters = JSON.stringify({ label });
  const [services, tasks, containers, networks, secrets, configs, { Volumes: volumes }] = await Promise.all([
    engine.listServices({ filters }),
    engine.listTasks({ filters }) as Promise<Task[]>,
    engine.listContainers({ all: true, filters }),
    engine.listNetworks({ filters }),
    engine.listSecrets({ filters: { label } }),
    engine.listConfigs({ filters: { label } }),
    engine.listVolumes({ filters }),
  ]);
  return { services, tasks, containers, networks, secrets, configs, volumes };
}

export interface Task {
  readonly ID: string;
  readonly ServiceID: string;
  readonly Slot?: number;
  readonly DesiredState: string;
  readonly Status: { readonly State: string; readonly ContainerStatus?: { readonly ContainerID?: string } };
}

/** The tasks of a service that run, by their ids. */
export async function runningTasks(service: string): Promise<Task[]> {
  const filters = JSON.stringify({ service: [service], "desired-state": ["running"] });
  const tasks = (await engine.listTasks({ filters })) as Task[];
  return tasks.filter(({ Status }) => Status.State === "running");
}

/** Which tasks of a stack are to run: others than before mean that something was replaced. */
export async function taskIds(stack: string): Promise<string[]> {
  const { tasks } = await stackObjects(stack);
  const wanted = tasks.filter(({ DesiredState }) => DesiredState === "running");
  return wanted.map(({ ID }) => ID).sort();
}

/** The container of the only task of a service. */
export async function containerOf(service: string) {
  const [task] = await runningTasks(service);
  const id = task?.Status.ContainerStatus?.ContainerID;
  if (id === undefined) throw new Error(`${service} has no running container`);
  return engine.getContainer(id);
}
