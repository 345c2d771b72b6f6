import { parse } from "dotenv";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { parseArgs } from "node:util";
import { backendUrl, type Environment, root } from "../../tools/environment.ts";
import { chooseSource, ensureImages } from "../../tools/images.ts";
import { ensurePrograms } from "../../tools/packages.ts";
import { createProgress, duration, type Progress } from "../../tools/progress.ts";
import { ensureToolchain, environmentOf as withToolchain } from "../../tools/toolchain.ts";
import { commitCheckout, copyCheckout } from "./checkout.ts";
import { type Daemon, environmentOf, findDaemon, startDaemon } from "./daemon.ts";

const usage = `usage: npm run test:e2e -- [--keep] [--name NAME] [FILE...]

Brings the whole system up on a Docker Engine of its own, with the real Pulumi, and tests it; FILE is one of those below
without .e2e.ts, all of them when none is given, always in this order.
  --keep       leaves the engine and the stacks as they are, and uses those that are there
  --name NAME  the name of the engine, "test" when not given (node test/e2e/daemon.ts --help)
`;

/** Files share the stacks of the one called stacks; the last removes them. */
const order = [
  ...["start", "stacks", "edge", "logs", "hardening", "secrets", "scale", "failure", "bad-inputs", "programs"],
  "bootstrap",
  "registry",
  ...["promotion", "bad-releases", "forge", "verbs", "switching", "recovery", "survival", "lifecycle"],
];

/** Take long and run only when they are named. */
const heavy = ["chaos", "load"];

interface Options {
  readonly keep: boolean;
  readonly name: string;
  readonly files: readonly string[];
}

function options(argv: readonly string[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { keep: { type: "boolean" }, name: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help === true) return undefined;
  const present = readdirSync(import.meta.dirname).flatMap((file) => /^(.*)\.e2e\.ts$/.exec(file)?.[1] ?? []);
  // A file that nobody runs would look like one that passes.
  const known = [...order, ...heavy];
  const strange = [...present, ...positionals].filter((name) => !known.includes(name));
  const missing = (positionals.length > 0 ? positionals : order).filter((name) => !present.includes(name));
  if (strange.length > 0) throw new Error(`not in the order of run.ts: ${strange.join(", ")}`);
  if (missing.length > 0) throw new Error(`no such file in test/e2e: ${missing.join(", ")}`);
  const files = positionals.length > 0 ? known.filter((name) => positionals.includes(name)) : order;
  return { keep: values.keep ?? false, name: values.name ?? "test", files };
}

/** The process's environment without what decides how the system is set up here. */
function bareEnvironment(): Environment {
  const documented = Object.keys(parse(readFileSync(join(root, ".env.sample"))));
  const kept = ["IMAGES", "REGISTRY_PREFIX"];
  const ours = new Set(documented.filter((name) => !kept.includes(name)));
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.has(name) && name !== "ENV_FILE"));
}

async function daemonFor({ name, keep }: Options): Promise<Daemon> {
  const running = findDaemon(name);
  const isThere = running !== undefined && running.owner === undefined && existsSync(new URL(running.host).pathname);
  return keep && isThere ? running : startDaemon(name, keep);
}

/** What the tests call beside what the Engine itself needs. It asks ps for the processes of a container. */
const programs = [
  { command: "git", package: "git" },
  { command: "curl", package: "curl" },
  { command: "ps", package: "procps" },
];

/** Makes what world.ts finds in the environment. */
async function prepare(settings: Options, { step, say }: Progress): Promise<string> {
  await ensurePrograms(programs, "testing end to end", (text) => {
    say("programs", text);
  });
  const bare = bareEnvironment();
  const before = findDaemon(settings.name);
  const daemon = await step("docker", async () => {
    const made = await daemonFor(settings);
    return { value: made, said: made.host };
  });
  const folder = join(tmpdir(), `studygiveway-e2e-${settings.name}`);
  if (before?.namespace.name !== daemon.namespace.name) rmSync(folder, { recursive: true, force: true });
  const project = join(folder, "project");
  const state = join(folder, "state");
  mkdirSync(state, { recursive: true, mode: 0o700 });
  rmSync(join(project, "src"), { recursive: true, force: true });
  await copyCheckout(project);
  await commitCheckout(project);
  const credentials = givenCredentials(join(project, ".env"));
  const [env, images] = await Promise.all([
    step("pulumi", async (say) => {
      const environment = { ...bare, PATH: path(bare) };
      const toolchain = await ensureToolchain(environment, say);
      return { value: withToolchain(toolchain, environment), said: toolchain.origin };
    }),
    step("images", async (say) => {
      const source = await chooseSource(bare, say);
      const count = await ensureImages(source, environmentOf(daemon, bare), say);
      return { value: source, said: `${count} ${source} images are there` };
    }),
  ]);
  for (const name of Object.keys(process.env)) if (!(name in bare)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, environmentOf(daemon, env), {
    IMAGES: images,
    DOMAIN: "studygiveway.test",
    PULUMI_BACKEND_URL: backendUrl(`file://${state}`),
    PULUMI_CONFIG_PASSPHRASE: passphraseIn(join(folder, "passphrase")),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    E2E_ALONE: String(!settings.files.includes("stacks")),
    E2E_DAEMON: daemon.name,
    E2E_PATH: path(bare),
    E2E_PROJECT: project,
    E2E_ADMIN_PASSWORD: credentials["ADMIN_PASSWORD"],
  });
  return folder;
}

function path({ PATH = "" }: Environment): string {
  return [join(root, "node_modules", ".bin"), PATH].join(delimiter);
}

/** A random one, for as long as the state that it opens is kept. */
function passphraseIn(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(20).toString("hex"), { mode: 0o600 });
  return readFileSync(file, "utf8");
}

/** Half of the credentials are given, with every character that is allowed; the rest is generated. */
function givenCredentials(file: string): Record<string, string> {
  if (!existsSync(file)) {
    const names = [
      ...["ADMIN_PASSWORD", "POSTGRES_SUPERUSER_PASSWORD", "POSTGRES_APP_PASSWORD", "REDIS_STACK_PASSWORD"],
      ...["MINIO_ROOT_PASSWORD", "ELASTIC_PASSWORD", "APP_ELASTICSEARCH_PASSWORD", "DJANGO_SECRET_KEY"],
    ];
    const lines = names.map((name) => `${name}='given_${randomBytes(16).toString("hex")}.~+=@%^*:,!-'\n`);
    writeFileSync(file, lines.join(""), { mode: 0o600 });
  }
  return parse(readFileSync(file));
}

const counts = { tests: 0, passed: 0, skipped: 0, todo: 0 };

/** Runs one file in a process of its own. */
async function runFile(name: string): Promise<boolean> {
  const stream = run({ files: [join(import.meta.dirname, `${name}.e2e.ts`)], concurrency: false });
  const result = { success: false };
  stream.on("test:summary", ({ file, counts: counted, success }) => {
    if (file !== undefined) return;
    result.success = success;
    for (const key of ["tests", "passed", "skipped", "todo"] as const) counts[key] += counted[key];
  });
  for await (const text of stream.compose(new spec())) process.stdout.write(text as string);
  return result.success;
}

async function main(): Promise<number> {
  const settings = options(process.argv.slice(2));
  if (settings === undefined) {
    process.stdout.write(`${usage}\n  ${order.join(" ")}\n  when named: ${heavy.join(" ")}\n`);
    return 0;
  }
  const progress = createProgress();
  const folder = await prepare(settings, progress);
  const failed: string[] = [];
  const left = [...settings.files];
  for (let file = left.shift(); file !== undefined; file = left.shift()) {
    const began = progress.seconds();
    progress.say(file, "begins");
    if (!(await runFile(file))) failed.push(file);
    progress.say(file, `${failed.includes(file) ? "failed" : "passed"} (${duration(progress.seconds() - began)})`);
    // Every other file would only wait for what is not there.
    if (failed.includes("stacks")) break;
  }
  if (!settings.keep) rmSync(folder, { recursive: true, force: true });
  const { tests, passed, skipped, todo } = counts;
  const lines = [`tests ${tests}`, `pass ${passed}`, `fail ${tests - passed - skipped - todo}`];
  if (skipped + todo > 0) lines.push(`skipped ${skipped + todo}`);
  if (failed.length > 0) lines.push(`failed in ${failed.join(", ")}`);
  if (left.length > 0) lines.push(`not run: ${left.join(", ")}`);
  lines.push(`took ${duration(progress.seconds())}`);
  process.stdout.write(`${lines.map((line) => `# ${line}`).join("\n")}\n`);
  return failed.length + left.length + skipped + todo === 0 ? 0 : 1;
}

process.exit(await main());
