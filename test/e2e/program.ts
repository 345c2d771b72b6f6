import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { imageOf } from "../../src/images.ts";
import { type ServiceName } from "../../src/settings/index.ts";
import { must, run } from "../../tools/command.ts";
import { settings } from "./settings.ts";

/** The real program of a service and what we tell it. */
export interface Program {
  readonly service: ServiceName;
  readonly user: string;
  /** Read by the program's user only, as secrets are. */
  readonly files?: Readonly<Record<string, string>>;
  /** Replaces the image's entry point. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly tmpfs?: readonly string[];
  readonly hostname?: string;
  /** A shell line that ends with 0 once it works; left out where the command only checks and ends by itself. */
  readonly works?: string;
  /** Who asks whether it works: its own container, or this machine in the container's network. Default: inside. */
  readonly asks?: "inside" | "from outside";
  /** What to write instead of what, in files and arguments, so that it must be refused. */
  readonly spoil: readonly [string, string];
}

const ownRules = "a stand-in with rules of its own";

/** Stand-ins that are not the real program, or not all of it. */
const standIns: Partial<Record<ServiceName, string>> = {
  elasticsearch: "the real program, with a module of ours for users and roles",
  kibana: ownRules,
  logstash: ownRules,
};

/** Who says whether it takes what it is told. */
export function judgeOf({ service }: Program): string {
  return (settings.images.source === "stand-in" ? standIns[service] : undefined) ?? "the real program";
}

/** The same with one word wrong. */
export function spoiled(program: Program): Program {
  const [right, wrong] = program.spoil;
  const change = (text: string) => text.replace(right, wrong);
  const files = Object.fromEntries(Object.entries(program.files ?? {}).map(([path, text]) => [path, change(text)]));
  const args = (program.args ?? []).map(change);
  if (JSON.stringify([files, args]) === JSON.stringify([program.files ?? {}, program.args ?? []])) {
    throw new Error(`'${right}' stands nowhere in what ${program.service} is told`);
  }
  return { ...program, files, args };
}

export interface Outcome {
  readonly accepted: boolean;
  readonly log: string;
}

/** Gives the program its files, without any network, and tells whether it takes them. */
export async function tried(program: Program): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "studygiveway-"));
  const name = `studygiveway-program-${randomBytes(6).toString("hex")}`;
  const docker = (...argv: string[]) => run(["docker", ...argv], patience);
  try {
    await must(["docker", "run", "--detach", "--name", name, ...options(program, folder)], patience);
    for (const deadline = Date.now() + 90_000; Date.now() < deadline;) {
      await sleep(300);
      const { stdout } = await docker("inspect", "--format", "{{.State.Running}} {{.State.ExitCode}}", name);
      const works = program.works !== undefined && (await run(question(program, name), patience)).code === 0;
      if (!works && stdout.startsWith("true")) continue;
      const { stdout: out, stderr } = await docker("logs", name);
      return { accepted: works || (program.works === undefined && stdout === "false 0"), log: out + stderr };
    }
    const { stdout, stderr } = await docker("logs", name);
    throw new Error(`${program.service} neither works nor ends within 90 s:\n${stdout}${stderr}`);
  } finally {
    await docker("rm", "--force", "--volumes", name);
    rmSync(folder, { recursive: true });
  }
}

const patience = { timeoutSeconds: 60 };

function question({ works = "", asks }: Program, name: string): string[] {
  if (asks !== "from outside") return ["docker", "exec", name, "sh", "-c", works];
  const enter = `nsenter --target "$(docker inspect --format '{{.State.Pid}}' ${name})" --net`;
  return ["sh", "-c", `${enter} sh -c "$1"`, "sh", works];
}

function options(program: Program, folder: string): string[] {
  const { service, user, files = {}, command, args = [], env = {}, tmpfs = [], hostname = service } = program;
  const [uid = 0, gid = 0] = user.split(":").map(Number);
  const mounts = Object.entries(files).map(([path, text], index) => {
    const file = join(folder, String(index));
    writeFileSync(file, text);
    chmodSync(file, 0o400);
    chownSync(file, uid, gid);
    return `${file}:${path}:ro`;
  });
  const [entrypoint, ...rest] = command ?? [];
  return [
    ...["--network", "none", "--read-only", "--cap-drop", "ALL", "--user", user, "--init"],
    ...["--hostname", hostname, "--add-host", `${hostname}:127.0.0.1`],
    ...["/tmp", ...tmpfs].flatMap((path) => ["--tmpfs", `${path}:mode=777,uid=${uid},gid=${gid}`]),
    ...mounts.flatMap((mount) => ["--volume", mount]),
    ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...(entrypoint === undefined ? [] : ["--entrypoint", entrypoint]),
    ...[imageOf(service, settings), ...rest, ...args],
  ];
}
