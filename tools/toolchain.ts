import { createHash } from "node:crypto";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CommandError, must, run } from "./command.ts";
import { cacheFolder, type Environment, root } from "./environment.ts";
import { findProgram } from "./packages.ts";
import { Refusal } from "./refusal.ts";

export const cliVersion = "3.259.0";

/** The plugins the program needs, in the versions of package.json. */
export const plugins = { docker: "5.2.0", random: "4.21.2" } as const;

type Say = (text: string) => void;

/** Where the `pulumi` program is. */
interface Toolchain {
  /** What comes before PATH. */
  readonly bin: string | undefined;
  /** Are the plugins on PATH too? They have no version there, so Pulumi would look for others on the network. */
  readonly hasPlugins: boolean;
  readonly origin: string;
}

/** A fitting CLI on PATH, else one got before, else the official release, else one built from Go modules. */
export async function ensureToolchain(environment: Environment, say: Say): Promise<Toolchain> {
  const folder = join(cacheFolder(environment), "toolchain");
  const found = (await onPath(environment)) ?? official(folder) ?? built(folder);
  if (found !== undefined && (await getPlugins(found, environment, say))) return found;
  return (await download(folder, environment, say)) ?? (await build(folder, environment, say));
}

/** The environment to run `pulumi` in. Node.js keeps what it compiled of the program. */
export function environmentOf({ bin, hasPlugins }: Toolchain, environment: Environment): Environment {
  return {
    NODE_COMPILE_CACHE: join(cacheFolder(environment), "compiled"),
    ...environment,
    ...(bin === undefined ? {} : { PATH: [bin, environment["PATH"] ?? ""].join(delimiter) }),
    ...(hasPlugins ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
  };
}

/** Is this CLI of the same major version as ours and not older? */
export function isFitting(version: string): boolean {
  const [major, minor] = numbers(version);
  const [wantedMajor, wantedMinor] = numbers(cliVersion);
  return major === wantedMajor && minor >= wantedMinor;
}

function numbers(version: string): [number, number] {
  const [, major = "-1", minor = "-1"] = /^v?(\d+)\.(\d+)\.\d+/.exec(version) ?? [];
  return [Number(major), Number(minor)];
}

async function onPath(env: Environment): Promise<Toolchain | undefined> {
  const has = (program: string) => findProgram(program, env) !== undefined;
  if (!has("pulumi") || !has("pulumi-language-nodejs")) return undefined;
  const { code, stdout } = await run(["pulumi", "version"], { env, timeoutSeconds: 20 });
  const version = stdout.trim();
  if (code !== 0 || !isFitting(version)) return undefined;
  const hasPlugins = Object.keys(plugins).every((name) => has(`pulumi-resource-${name}`));
  return { bin: undefined, hasPlugins, origin: `Pulumi ${version} on PATH` };
}

function officialFolder(folder: string): string {
  return join(folder, `pulumi-${cliVersion}`);
}

function official(folder: string): Toolchain | undefined {
  const bin = officialFolder(folder);
  return existsSync(join(bin, "pulumi"))
    ? { bin, hasPlugins: false, origin: `Pulumi ${cliVersion}, official` }
    : undefined;
}

function built(folder: string): Toolchain | undefined {
  const stamp = join(folder, "built", "stamp");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== sourcesHash()) return undefined;
  return { bin: join(folder, "built", "bin"), hasPlugins: true, origin: `Pulumi ${cliVersion}, built from Go modules` };
}

/** Over everything a build is made of, so that a build of other sources is not taken for a current one. */
function sourcesHash(): string {
  const sources = join(root, "tools", "toolchain");
  const hash = createHash("sha256");
  const files = readdirSync(sources, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files.map((entry) => join(entry.parentPath, entry.name)).sort()) {
    hash.update(file.slice(sources.length)).update(readFileSync(file));
  }
  return hash.digest("hex");
}

// The CLI would get them by itself, but only in the middle of an update, silently and without a time limit.
async function getPlugins(toolchain: Toolchain, environment: Environment, say: Say): Promise<boolean> {
  if (toolchain.hasPlugins) return true;
  const env = environmentOf(toolchain, environment);
  const { code, stdout } = await run(["pulumi", "plugin", "ls", "--json"], { env, timeoutSeconds: 30 });
  const installed = code === 0 ? (JSON.parse(stdout) as { name: string; version?: string }[]) : [];
  for (const [name, version] of Object.entries(plugins)) {
    if (installed.some((plugin) => plugin.name === name && plugin.version === version)) continue;
    say(`installs the ${name} plugin ${version}`);
    const command = ["pulumi", "plugin", "install", "resource", name, version];
    const { code: failed } = await run(command, { env, timeoutSeconds: 180 });
    if (failed === 0) continue;
    say(`the ${name} plugin ${version} cannot be downloaded for ${toolchain.origin}`);
    return false;
  }
  return true;
}

async function download(folder: string, environment: Environment, say: Say): Promise<Toolchain | undefined> {
  const architecture = { x64: "x64", arm64: "arm64" }[process.arch as string];
  const bin = officialFolder(folder);
  if (architecture === undefined || existsSync(bin)) return undefined;
  const url = `https://get.pulumi.com/releases/sdk/pulumi-v${cliVersion}-linux-${architecture}.tar.gz`;
  const draft = `${bin}.${String(process.pid)}.new`;
  mkdirSync(draft, { recursive: true });
  try {
    const { ok, status } = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(5000) });
    if (!ok) throw new Error(`HTTP ${String(status)}`);
    say(`downloads Pulumi ${cliVersion}`);
    const archive = join(draft, "archive.tar.gz");
    const { body } = await fetch(url, { signal: AbortSignal.timeout(300_000) });
    if (body === null) throw new Error("an empty answer");
    await pipeline(Readable.fromWeb(body), createWriteStream(archive));
    await must(["tar", "-xzf", archive, "-C", draft, "--strip-components=1"], { timeoutSeconds: 120 });
    rmSync(archive);
    await must([join(draft, "pulumi"), "version"], { timeoutSeconds: 20 });
    rmSync(bin, { recursive: true, force: true });
    renameSync(draft, bin);
  } catch (error) {
    if (error instanceof CommandError) say(error.message);
    say("Pulumi cannot be downloaded here");
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  const toolchain = official(folder);
  return toolchain !== undefined && (await getPlugins(toolchain, environment, say)) ? toolchain : undefined;
}

async function build(folder: string, environment: Environment, say: Say): Promise<Toolchain> {
  const current = built(folder);
  if (current !== undefined) return current;
  if (findProgram("go", environment) === undefined) {
    throw new Refusal(
      `there is no Pulumi ${cliVersion} or later of major version 3, it cannot be downloaded, and there is no Go to build it with`,
      "put the Pulumi CLI or Go 1.26.5 or newer (https://go.dev/dl) on PATH",
    );
  }
  say("builds Pulumi and its plugins from Go modules; minutes, once for this user");
  const destination = join(folder, "built");
  await must(["bash", join(root, "tools", "toolchain", "build.sh"), destination], {
    env: environment,
    timeoutSeconds: 3600,
    // The script's own lines; Go names each of hundreds of modules.
    onLine: (line) => {
      if (line.startsWith("[")) say(line.replace(/^\[ *\d+s\] /, ""));
    },
  });
  writeFileSync(join(destination, "stamp"), sourcesHash());
  const toolchain = built(folder);
  if (toolchain === undefined) throw new Error(`no toolchain in ${destination}`);
  return toolchain;
}
