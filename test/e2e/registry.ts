import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync } from "node:fs";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { must, run } from "../../tools/command.ts";
import { cacheFolder } from "../../tools/environment.ts";
import { inside as inNamespace } from "./namespace.ts";
import { isAlive, kill, waitForEnd } from "./process.ts";
import { docker, inside, privateDaemon } from "./world.ts";

// Docker speaks plain HTTP to a registry at a loopback address, and to no other that it was not told of.
const address = "127.0.0.1:5000";
const team = "team";
const repository = `${team}/daphne`;

export interface Registry {
  /** What stands before the names of its images. */
  readonly prefix: string;
  /** The application by tag. */
  readonly named: (tag: string) => string;
  /** The application by the digest that a tag stands for, as the registry itself says. */
  readonly digestOf: (tag: string) => Promise<string>;
  /** Sends an image of the private Engine as the application; gives its reference by digest. */
  readonly push: (image: string, tag: string) => Promise<string>;
  /** Ends it and forgets its images; it ends with this process, too. */
  readonly stop: () => Promise<void>;
}

/** Starts an empty registry where the private Docker Engine finds it, and nobody else. */
export async function startRegistry(): Promise<Registry> {
  const program = await ensureProgram();
  const folder = mkdtempSync(join(tmpdir(), "studygiveway-registry-"));
  const [config, log] = [join(folder, "config.yml"), join(folder, "log")];
  writeFileSync(config, configOf(join(folder, "images")));
  const output = openSync(log, "a");
  // So that it goes however this process ends.
  const mortal = ["setpriv", "--pdeathsig", "KILL", program, "serve", config];
  const [command = "", ...rest] = inNamespace(privateDaemon().namespace, mortal);
  const child = spawn(command, rest, { stdio: ["ignore", output, output] });
  closeSync(output);
  child.unref();
  const stop = () => {
    end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", stop);
  try {
    await untilListening(child, log);
  } catch (error) {
    stop();
    throw error;
  }
  return {
    prefix: `${address}/${team}`,
    named,
    digestOf,
    push,
    stop: () => {
      process.off("exit", stop);
      stop();
      return Promise.resolve();
    },
  };
}

function named(tag: string): string {
  return `${address}/${repository}:${tag}`;
}

async function digestOf(tag: string): Promise<string> {
  const manifest = `http://${address}/v2/${repository}/manifests/${tag}`;
  const accept = "Accept: application/vnd.docker.distribution.manifest.v2+json";
  const { stdout, stderr } = await inside(["curl", "-fsSI", "-H", accept, manifest]);
  const digest = /^docker-content-digest: (sha256:[0-9a-f]{64})/im.exec(stdout)?.[1];
  if (digest === undefined) throw new Error(`${manifest} has no digest:\n${stdout}${stderr}`);
  return `${address}/${repository}@${digest}`;
}

async function push(image: string, tag: string): Promise<string> {
  await docker("tag", image, named(tag));
  await docker("push", named(tag));
  return digestOf(tag);
}

function configOf(folder: string): string {
  return `version: 0.1
log:
  accesslog: { disabled: true }
storage:
  filesystem: { rootdirectory: ${folder} }
http:
  addr: ${address}
`;
}

function end({ pid }: ChildProcess): void {
  if (pid === undefined || !isAlive(pid)) return;
  kill([pid], "SIGTERM");
  if (!waitForEnd([pid], 10)) kill([pid], "SIGKILL");
}

async function untilListening({ pid }: ChildProcess, log: string): Promise<void> {
  const said = () => readFileSync(log, "utf8");
  for (const deadline = Date.now() + 20_000; !said().includes(`listening on ${address}`);) {
    await sleep(50);
    if (pid !== undefined && isAlive(pid) && Date.now() < deadline) continue;
    throw new Error(`the registry does not listen on ${address}: ${said().trim().split("\n").slice(-5).join("\n")}`);
  }
}

const debianPackage = "docker-registry";

/** The registry of Debian's package, which needs libc6 alone. It is not installed, as that would start a service. */
async function ensureProgram(): Promise<string> {
  const folder = join(cacheFolder(), debianPackage);
  const program = join(folder, "usr", "bin", "docker-registry");
  if (existsSync(program)) return program;
  mkdirSync(cacheFolder(), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  try {
    await download(draft);
    const file = readdirSync(draft).find((name) => name.endsWith(".deb")) ?? "";
    const content = join(draft, "content");
    await must(["dpkg", "-x", join(draft, file), content], { timeoutSeconds: 60 });
    rmSync(folder, { recursive: true, force: true });
    renameSync(content, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return program;
}

async function download(cwd: string): Promise<void> {
  const get = () => run(["apt-get", "-qq", "download", debianPackage], { cwd, timeoutSeconds: 120 });
  let got = await get();
  if (got.code !== 0) {
    // The lists of packages may be old or not there at all.
    await run(["apt-get", "-qq", "update"], { timeoutSeconds: 300 });
    got = await get();
  }
  if (got.code === 0) return;
  const reason = got.stderr.trim().split("\n").at(-1) ?? "";
  throw new Error(`the tests with a registry need Debian's package ${debianPackage}, apt has none: ${reason}`);
}
