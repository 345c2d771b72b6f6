import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandResult, run } from "../../tools/command.ts";
import { ensureSwarm, findEngine, installEngine } from "../../tools/docker.ts";
import { cacheFolder, type Environment } from "../../tools/environment.ts";
import { removeGroup, weighContainers } from "./cgroup.ts";
import { createNamespace, inside, type Namespace, processesIn, removeNamespace, sh } from "./namespace.ts";
import { familyOf, isAlive, kill, sleepSync, waitForEnd } from "./process.ts";

/** A Docker Engine of the tests' own, a Swarm of one node in a network namespace, where ports 80 and 443 are free. */
export interface Daemon {
  readonly name: string;
  readonly namespace: Namespace;
  /** unix://... */
  readonly host: string;
  readonly dataRoot: string;
  readonly log: string;
  /** The process that ends it; none when it stays until somebody says stop. */
  readonly owner: number | undefined;
}

const folderOf = (name: string) => join(cacheFolder(), "test-docker", name);
const groupOf = (name: string) => `studygiveway-${name}`;
const runFolderOf = (name: string) => `/run/${groupOf(name)}`;
const recordOf = (name: string) => join(runFolderOf(name), "daemon.json");
const pidFile = ({ name }: Daemon) => join(runFolderOf(name), "docker.pid");

/** What a command needs to speak to this engine. */
export function environmentOf({ host, dataRoot }: Daemon, base: Environment = process.env): Environment {
  return { ...base, DOCKER_HOST: host, DOCKER_DATA_ROOT: dataRoot };
}

/** The daemon of this name that somebody started, if it lives. */
export function findDaemon(name = "test"): Daemon | undefined {
  return existsSync(recordOf(name)) ? (JSON.parse(readFileSync(recordOf(name), "utf8")) as Daemon) : undefined;
}

/**
 * Starts a daemon and makes it a Swarm. What it holds but images is gone first; they stay from run to run. Unless it is
 * to be kept, it ends and leaves nothing behind when this process ends, however that happens.
 */
export async function startDaemon(name = "test", keep = false): Promise<Daemon> {
  if (process.getuid?.() !== 0) throw new Error("a private Docker Engine needs root");
  const before = findDaemon(name);
  const user = before && (before.owner ?? pidOf(before));
  if (user !== undefined && isAlive(user)) {
    throw new Error(`the test daemon '${name}' is in use by process ${user}; stop it or choose another name`);
  }
  if (before) stopDaemon(before);
  await installEngine((text) => process.stderr.write(`${text}\n`));
  const folder = folderOf(name);
  const dataRoot = join(folder, "data");
  mkdirSync(dataRoot, { recursive: true });
  mkdirSync(runFolderOf(name), { recursive: true, mode: 0o700 });
  // Otherwise the services of a run that was cut off would start again.
  rmSync(join(dataRoot, "swarm"), { recursive: true, force: true });
  const daemon: Daemon = {
    name,
    namespace: createNamespace(),
    host: `unix://${join(runFolderOf(name), "docker.sock")}`,
    dataRoot,
    log: join(folder, "dockerd.log"),
    owner: keep ? undefined : process.pid,
  };
  writeFileSync(recordOf(name), JSON.stringify(daemon));
  rmSync(daemon.log, { force: true });
  if (!keep) stopAtEnd(daemon);
  try {
    await launch(daemon);
    await removeLeftovers(daemon);
    const engine = await findEngine(environmentOf(daemon));
    if (typeof engine === "string") throw new Error(engine);
    await ensureSwarm(engine, environmentOf(daemon), () => undefined);
  } catch (error) {
    stopDaemon(daemon);
    throw error;
  }
  return daemon;
}

function stopAtEnd(daemon: Daemon): void {
  process.on("exit", () => {
    stopDaemon(daemon);
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
}

/** Starts dockerd, also after it ended or was killed, and waits until it answers. */
export async function launch(daemon: Daemon): Promise<void> {
  const folder = runFolderOf(daemon.name);
  const command = [
    ...["dockerd", "--data-root", daemon.dataRoot, "--exec-root", join(folder, "exec"), "--pidfile", pidFile(daemon)],
    ...["-H", daemon.host, "--live-restore=false"],
    // Users from outside never meet docker-proxy. Whoever asks at a loopback address would, and it ends for good when a load
    // makes it run out of files, which takes six for each connection.
    "--userland-proxy=false",
    ...weighContainers(groupOf(daemon.name)),
  ];
  const log = openSync(daemon.log, "a");
  const [program = "", ...rest] = inside(daemon.namespace, command);
  spawn(program, rest, { detached: true, stdio: ["ignore", log, log] }).unref();
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    if (typeof (await findEngine(environmentOf(daemon))) !== "string") return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(
    `dockerd does not answer within 60 s:\n${readFileSync(daemon.log, "utf8").split("\n").slice(-20).join("\n")}`,
  );
}

async function removeLeftovers(daemon: Daemon): Promise<void> {
  const docker = async (...argv: string[]) =>
    (await run(["docker", ...argv], { env: environmentOf(daemon), timeoutSeconds: 120 })).stdout
      .split("\n")
      .filter(Boolean);
  const containers = await docker("ps", "-aq");
  if (containers.length > 0) await docker("rm", "-f", "-v", ...containers);
  const volumes = await docker("volume", "ls", "-q");
  if (volumes.length > 0) await docker("volume", "rm", "-f", ...volumes);
  await docker("network", "prune", "-f");
  await docker("image", "prune", "-f");
}

function pidOf(daemon: Daemon): number | undefined {
  return existsSync(pidFile(daemon)) ? Number(readFileSync(pidFile(daemon), "utf8")) : undefined;
}

/**
 * kill -9 of dockerd, as the out-of-memory killer would do it. The kernel then kills its containerd; the containers go
 * on. What is left of either stops the next one while a process has the number, so that goes, too.
 */
export function killDaemon(daemon: Daemon): void {
  const pid = pidOf(daemon);
  if (pid === undefined) throw new Error(`dockerd of '${daemon.name}' does not run`);
  const containerd = join(runFolderOf(daemon.name), "exec", "containerd", "containerd.pid");
  const pids = [pid, ...(existsSync(containerd) ? [Number(readFileSync(containerd, "utf8"))] : [])];
  kill([pid], "SIGKILL");
  if (!waitForEnd(pids, 20)) throw new Error(`of the processes ${pids.join(" and ")} one survived SIGKILL`);
  for (const file of [pidFile(daemon), containerd]) rmSync(file, { force: true });
}

/** Ends dockerd in order, as a restart of the machine does, and starts it again. */
export async function restartDaemon(daemon: Daemon): Promise<void> {
  const pid = pidOf(daemon);
  if (pid !== undefined) {
    kill([pid], "SIGTERM");
    if (!waitForEnd([pid], 90)) throw new Error(`process ${pid} does not end within 90 s`);
  }
  await launch(daemon);
}

/** Ends everything of this daemon and removes what it made but the images. */
export function stopDaemon(daemon: Daemon): void {
  if (!existsSync(recordOf(daemon.name))) return;
  const pid = pidOf(daemon);
  if (pid !== undefined && isAlive(pid)) {
    // Without a Swarm no service brings back what is being removed.
    const docker = ["timeout", "60", "docker", "-H", daemon.host];
    sh([...docker, "swarm", "leave", "--force"], true);
    const containers = sh([...docker, "ps", "-aq"], true)
      .split("\n")
      .filter(Boolean);
    if (containers.length > 0) sh([...docker, "rm", "-f", "-v", ...containers], true);
    kill([pid], "SIGTERM");
    waitForEnd([pid], 30);
  }
  const runFolder = runFolderOf(daemon.name);
  for (let tries = 0; tries < 20; tries++) {
    const family = familyOf(runFolder, processesIn(daemon.namespace));
    if (family.length === 0) break;
    kill(family, tries < 10 ? "SIGTERM" : "SIGKILL");
    sleepSync(300);
  }
  unmountUnder(daemon.dataRoot, runFolder);
  removeGroup(groupOf(daemon.name));
  removeNamespace(daemon.namespace);
  rmSync(runFolder, { recursive: true, force: true });
}

function unmountUnder(...folders: readonly string[]): void {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "");
  const ours = mounts.filter((mount) => folders.some((folder) => mount.startsWith(`${folder}/`) || mount === folder));
  for (const mount of ours.reverse()) sh(["umount", "-l", mount], true);
}

/** Runs a command in the namespace of the daemon, with DOCKER_HOST set. */
export function exec(daemon: Daemon, argv: readonly string[], timeoutSeconds = 60): Promise<CommandResult> {
  return run(inside(daemon.namespace, argv), { env: environmentOf(daemon), timeoutSeconds });
}

/** curl, silent but for errors, to where the daemon's ports are. */
export function curl(daemon: Daemon, ...argv: readonly string[]): Promise<CommandResult> {
  return exec(daemon, ["curl", "-sS", "--max-time", "20", ...argv]);
}

const usage = `usage: node test/e2e/daemon.ts start|stop|kill9|restart|exec [--name NAME] [-- COMMAND...]

A Docker Engine of its own in a network namespace, a Swarm of one node; NAME is "test" when not given.
  start      starts it, empty but for images, and prints its DOCKER_HOST; it stays until stop
  stop       ends it and removes all it made but the images
  kill9      kills dockerd alone
  restart    ends dockerd in order when it runs, and starts it again
  exec       runs COMMAND inside the namespace with DOCKER_HOST and DOCKER_DATA_ROOT set
`;

async function main(argv: readonly string[]): Promise<number> {
  const dashes = argv.indexOf("--");
  const own = dashes === -1 ? argv : argv.slice(0, dashes);
  const [verb = "", flag, name = "test"] = own;
  if (
    !["start", "stop", "kill9", "restart", "exec"].includes(verb) ||
    (flag !== undefined && flag !== "--name") ||
    own.length > 3
  ) {
    (verb === "--help" ? process.stdout : process.stderr).write(usage);
    return verb === "--help" ? 0 : 2;
  }
  if (verb === "start") {
    process.stdout.write(`${(await startDaemon(name, true)).host}\n`);
    return 0;
  }
  const daemon = findDaemon(name);
  if (daemon === undefined) {
    process.stderr.write(`there is no test daemon '${name}'\n`);
    return verb === "stop" ? 0 : 1;
  }
  if (verb === "stop") stopDaemon(daemon);
  if (verb === "kill9") killDaemon(daemon);
  if (verb === "restart") await restartDaemon(daemon);
  if (verb !== "exec" || dashes === -1) return 0;
  const [program = "", ...rest] = inside(daemon.namespace, argv.slice(dashes + 1));
  const { status } = spawnSync(program, rest, { env: environmentOf(daemon), stdio: "inherit" });
  return status ?? 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
