import { spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { engineHost, localEngine, refusesTraefik, traefikApi } from "../src/cluster/engine.ts";
import { must, run } from "./command.ts";
import { type Environment } from "./environment.ts";
import { ensurePrograms, findProgram } from "./packages.ts";
import { Refusal } from "./refusal.ts";

/** What there is to know about the Docker Engine that answers. */
export interface Engine {
  readonly version: string;
  /** The oldest API version it still answers. */
  readonly minApiVersion: string;
  readonly dataRoot: string;
  /** LocalNodeState of its Swarm: inactive, pending, active, error, locked. */
  readonly swarm: string;
  readonly isManager: boolean;
}

type Say = (text: string) => void;

const engineLog = "/var/log/dockerd.log";

/** The program of the engine, the one that talks to it, and what the engine calls. */
export async function installEngine(say: Say): Promise<void> {
  const programs = [
    { command: "dockerd", package: "docker.io" },
    { command: "iptables", package: "iptables" },
    { command: "ip", package: "iproute2" },
  ];
  await ensurePrograms(programs, "Docker", say);
  // Up to Debian 12 docker.io brought the client along; since then it only recommends it.
  await ensurePrograms([{ command: "docker", package: "docker-cli" }], "Docker", say);
}

/** The engine at DOCKER_HOST or at the default socket, installed and started when it can be. */
export async function ensureEngine(env: Environment, say: Say): Promise<Engine> {
  const host = engineHost(env);
  let engine = await findEngine(env);
  if (typeof engine === "string" && host !== localEngine) {
    throw new Refusal(
      `the Docker Engine at DOCKER_HOST=${host} does not answer (${engine})`,
      "start it, or leave DOCKER_HOST empty",
    );
  }
  if (typeof engine === "string") {
    if (/permission denied/i.test(engine)) {
      throw new Refusal(
        "this user may not use the Docker Engine",
        "add it to the group docker (sudo usermod -aG docker $USER), log in again",
      );
    }
    await installEngine(say);
    engine = await startEngine(env, say);
  }
  const problem = apiProblem(engine);
  if (problem !== undefined) throw problem;
  return engine;
}

/** The engine, or why there is none. */
export async function findEngine(env: Environment): Promise<Engine | string> {
  if (findProgram("docker", env) === undefined) return "no docker program";
  const [version, info] = await Promise.all([
    run(["docker", "version", "--format", "{{json .Server}}"], { env, timeoutSeconds: 20 }),
    run(["docker", "info", "--format", "{{json .}}"], { env, timeoutSeconds: 20 }),
  ]);
  const failed = version.code === 0 ? info : version;
  // Old clients end with 0 and an empty answer when there is no server.
  if (failed.code !== 0 || version.stdout === "null") return failed.stderr.split("\n").at(-1) ?? "no answer";
  return describeEngine(version.stdout, info.stdout);
}

export function describeEngine(version: string, info: string): Engine | string {
  const server = JSON.parse(version) as { Version: string; MinAPIVersion?: string };
  const { DockerRootDir, Swarm, ServerErrors } = JSON.parse(info) as {
    DockerRootDir: string;
    Swarm?: { LocalNodeState?: string; ControlAvailable?: boolean };
    ServerErrors?: string[];
  };
  if (ServerErrors !== undefined && ServerErrors.length > 0) return ServerErrors.join("; ");
  return {
    version: server.Version,
    minApiVersion: server.MinAPIVersion ?? "1.12",
    dataRoot: DockerRootDir,
    swarm: Swarm?.LocalNodeState ?? "inactive",
    isManager: Swarm?.ControlAvailable ?? false,
  };
}

/** The reason why Traefik cannot speak to this engine. */
export function apiProblem({ version, minApiVersion }: Engine): Refusal | undefined {
  if (!refusesTraefik(minApiVersion)) return undefined;
  return new Refusal(
    `Docker Engine ${version} answers API ${minApiVersion} and later, but Traefik 2.11.0-rc2 speaks API ${traefikApi}`,
    `use Engine 28 or earlier, or set DOCKER_MIN_API_VERSION=${traefikApi} in the environment of dockerd and restart it`,
  );
}

async function startEngine(env: Environment, say: Say): Promise<Engine> {
  // The package's own scripts start it where they may.
  const started = await awaitEngine(env, findProgram("dockerd") === undefined ? 0 : 3);
  if (started !== undefined) return started;
  if (process.getuid?.() !== 0)
    throw new Refusal("the Docker Engine does not run", "start it: sudo systemctl start docker");
  const ways: { readonly said: string; readonly possible: boolean; readonly start: () => Promise<boolean> }[] = [
    {
      said: "systemctl start docker",
      possible: existsSync("/run/systemd/system"),
      start: () => succeeds("systemctl start docker"),
    },
    {
      said: "service docker start",
      possible: existsSync("/etc/init.d/docker") && !existsSync("/run/systemd/system"),
      start: () => succeeds("service docker start"),
    },
    { said: `dockerd, its log in ${engineLog}`, possible: true, start: startDetached },
  ];
  for (const { said, possible, start } of ways) {
    if (!possible) continue;
    say(`starts the engine: ${said}`);
    const engine = (await start()) ? await awaitEngine(env, 30) : undefined;
    if (engine !== undefined) return engine;
  }
  throw new Refusal("the Docker Engine does not start", `look into ${engineLog}, or start it yourself`);
}

// A daemon that inherits our pipes would keep them open, and us waiting, as long as it lives.
async function succeeds(command: string): Promise<boolean> {
  return (await run(["sh", "-c", `${command} >/dev/null 2>&1`], { timeoutSeconds: 90 })).code === 0;
}

function startDetached(): Promise<boolean> {
  const log = openSync(engineLog, "a");
  const program = findProgram("dockerd") ?? "dockerd";
  spawn(program, ["-H", localEngine], { detached: true, stdio: ["ignore", log, log] }).unref();
  return Promise.resolve(true);
}

async function awaitEngine(env: Environment, seconds: number): Promise<Engine | undefined> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const engine = await findEngine(env);
    if (typeof engine !== "string") return engine;
    if (Date.now() >= deadline) return undefined;
    await sleep(500);
  }
}

/** Makes the engine a Swarm of one node when it is none. */
export async function ensureSwarm(engine: Engine, env: Environment, say: Say): Promise<void> {
  if (engine.swarm === "active" && engine.isManager) return;
  if (engine.swarm === "active") {
    throw new Refusal("this Docker node is a worker of its Swarm", "let DOCKER_HOST name a manager");
  }
  if (engine.swarm !== "inactive") {
    throw new Refusal(
      `the Swarm of this node is in the state '${engine.swarm}'`,
      "see `docker info`; `docker swarm unlock` opens a locked one",
    );
  }
  // On loopback nothing of the Swarm listens to the outside, and a laptop may change its networks.
  const address = "127.0.0.1";
  say(
    `makes this machine a Swarm of one node on ${address} (more nodes need \`docker swarm init\` with a real address)`,
  );
  // With the default of 5 Swarm can forget why a task failed while its predecessors still drain.
  const history = ["--task-history-limit", "12"];
  await must(["docker", "swarm", "init", "--advertise-addr", address, "--listen-addr", `${address}:2377`, ...history], {
    env,
    timeoutSeconds: 60,
  });
}
