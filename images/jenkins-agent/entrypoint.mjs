// entrypoint.mjs CONTROLLER NAME USER: connects this container to a Jenkins controller as its agent NAME. Waits until the
// controller answers, asks it for the agent's secret and program with the password in $SECRETS/admin_password, runs that
// program, and on SIGTERM takes no more work and lets what is under way come to its end first.
import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const [controller = "", name = "", user = ""] = process.argv.slice(2);
const secrets = process.env.SECRETS ?? "/run/secrets";
const files = process.env.AGENT_FILES ?? "/tmp/agent";
const home = process.env.AGENT_HOME ?? "/home/jenkins/agent";
const pollMs = Number(process.env.AGENT_POLL_MS ?? 2000);
// Below the 50 seconds after which the container is killed.
const drainMs = Number(process.env.AGENT_DRAIN_MS ?? 42_000);
const heapMb = 256;

const computer = `/computer/${encodeURIComponent(name)}`;
let said = "";

/** Each thing once, however often it is tried. */
function say(text) {
  if (text === said) return;
  said = text;
  console.log(`${new Date().toISOString()} jenkins-agent: ${text}`);
}

async function ask(path, { method = "GET", headers = {} } = {}) {
  const password = (await readFile(`${secrets}/admin_password`, "utf8")).trim();
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const answer = await fetch(controller + path, {
    method,
    headers: { authorization, ...headers },
    redirect: "manual",
    signal: AbortSignal.timeout(10_000),
  });
  // Jenkins answers a done POST with the way back to a page.
  const isDone = answer.ok || (method === "POST" && answer.status === 302);
  if (!isDone) throw new Error(`HTTP ${answer.status} for ${path}`);
  return answer;
}

/** Tries until it works or nobody wants it any more. */
async function until(work, purpose, isWanted = () => true) {
  for (;;) {
    try {
      const value = await work();
      if (value !== undefined) return value;
    } catch (error) {
      say(`waits ${purpose}: ${error.cause?.code ?? error.message}`);
    }
    if (!isWanted()) return undefined;
    await sleep(pollMs);
  }
}

async function secretOf() {
  const text = await (await ask(`${computer}/jenkins-agent.jnlp`)).text();
  const secret = /<argument>([0-9a-f]{64})<\/argument>/.exec(text)?.[1];
  if (secret === undefined) throw new Error("an answer without the agent's secret");
  return secret;
}

async function state() {
  return (await ask(`${computer}/api/json?tree=offline,temporarilyOffline,idle`)).json();
}

/** Whether the controller may give this agent work. */
async function accept(isWanted, reason = "") {
  if ((await state()).temporarilyOffline === !isWanted) return true;
  const issued = await ask("/crumbIssuer/api/json");
  const { crumb, crumbRequestField } = await issued.json();
  // A crumb is good for the session it was issued in.
  const cookie = issued.headers
    .getSetCookie()
    .map((text) => text.split(";")[0])
    .join("; ");
  const headers = { [crumbRequestField]: crumb, ...(cookie === "" ? {} : { cookie }) };
  await ask(`${computer}/toggleOffline?offlineMessage=${encodeURIComponent(reason)}`, { method: "POST", headers });
  return true;
}

async function start() {
  await mkdir(files, { recursive: true });
  const secret = await until(secretOf, `for ${controller}`);
  const program = await until(
    async () => Buffer.from(await (await ask("/jnlpJars/agent.jar")).arrayBuffer()),
    "for agent.jar",
  );
  await writeFile(`${files}/agent.jar`, program);
  await writeFile(`${files}/secret`, secret, { mode: 0o600 });
  await mkdir(home, { recursive: true });
  const options = [
    "-url",
    `${controller}/`,
    "-name",
    name,
    "-secret",
    `@${files}/secret`,
    "-webSocket",
    "-workDir",
    home,
  ];
  return spawn("java", [`-Xmx${heapMb}m`, "-jar", `${files}/agent.jar`, ...options], { stdio: "inherit" });
}

/** Whether a step of a build runs in this container. */
async function isBusy() {
  const numbers = (await readdir("/proc")).filter((entry) => /^[0-9]+$/.test(entry));
  const folders = await Promise.all(numbers.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
  return folders.some((folder) => `${folder}/`.startsWith(`${home}/workspace/`));
}

let isStopping = false;

async function drain(java) {
  isStopping = true;
  const deadline = Date.now() + drainMs;
  say("takes no more work, and stops when what is under way has ended");
  await accept(false, "restarts").catch((error) => say(`cannot tell Jenkins: ${error.cause?.code ?? error.message}`));
  // Jenkins knows of builds between two steps, too; where it is gone itself, nobody would begin another step.
  const isIdle = async () => {
    const idle = await state().then(
      (answer) => answer.idle,
      async () => !(await isBusy()),
    );
    return idle ? true : undefined;
  };
  const isDone = await until(isIdle, "to be idle", () => Date.now() < deadline);
  say(isDone ? "stops" : "stops in the middle of a build: its next run takes it up");
  java.kill("SIGTERM");
}

const early = () => process.exit(0);
process.once("SIGTERM", early);
process.once("SIGINT", early);
const java = await start();
java.on("error", (error) => {
  say(`java does not start: ${error.message}`);
  process.exit(1);
});
java.on("exit", (code, signal) => {
  if (!isStopping) say(`its program ended (${signal ?? code})`);
  process.exit(isStopping ? 0 : code || 1);
});
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.off(signal, early);
  process.once(signal, () => void drain(java));
}
// An earlier container said that it restarts.
await until(
  () => accept(true),
  "to be given work",
  () => !isStopping,
);
const isOnline = await until(
  async () => ((await state()).offline ? undefined : true),
  "to be online",
  () => !isStopping,
);
if (isOnline) {
  say("is online");
  await writeFile(`${files}/online`, "");
}
