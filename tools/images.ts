import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Image, images } from "../src/images.ts";
import { must, run } from "./command.ts";
import { ensureEngine } from "./docker.ts";
import { type Environment, loadEnvironment, root } from "./environment.ts";
import { ensurePrograms, findProgram } from "./packages.ts";
import { createProgress } from "./progress.ts";
import { Refusal } from "./refusal.ts";
import { script } from "./script.ts";

type Source = "official" | "stand-in";
type Say = (text: string) => void;

const registries = ["https://registry-1.docker.io/v2/", "https://docker.elastic.co/v2/"];

/** IMAGES says it, else whether the registries answer: an answer is one even when it wants a login first. */
export async function chooseSource(env: Environment, say: Say, probe = answers): Promise<Source> {
  const said = env["IMAGES"];
  if (said === "official" || said === "stand-in") return said;
  if (said !== undefined)
    throw new Refusal(
      `IMAGES: got ${JSON.stringify(said)}, expected official or stand-in`,
      "leave it empty to find out",
    );
  const reached = (await Promise.all(registries.map(probe))).every(Boolean);
  if (!reached)
    say(
      "NOTICE: no registry answers, so stand-ins made of OS and language packages take the place of the official images",
    );
  return reached ? "official" : "stand-in";
}

async function answers(registry: string): Promise<boolean> {
  try {
    const response = await fetch(registry, { signal: AbortSignal.timeout(4000) });
    return [200, 401].includes(response.status) && response.headers.has("docker-distribution-api-version");
  } catch {
    return false;
  }
}

/** Makes every image of the system available to the engine; returns how many there are. */
export async function ensureImages(source: Source, env: Environment, say: Say): Promise<number> {
  return source === "stand-in" ? ensureStandIns(env, say) : ensureOfficial(env, say);
}

/** The images of the services that the system runs with these variables. */
function used(env: Environment): Image[] {
  return Object.values(images).filter(({ only }) => only === undefined || (env[only] ?? "") !== "");
}

/** The stand-ins of those services. */
export function standInServices(env: Environment): string[] {
  return [...new Set(used(env).map(({ standIn }) => standIn.replace(/:.*/, "")))];
}

async function ensureStandIns(env: Environment, say: Say): Promise<number> {
  const programs = [
    { command: "mmdebstrap", package: "mmdebstrap" },
    { command: "unzip", package: "unzip" },
    { command: "python3", package: "python3" },
    { command: "pip3", package: "python3-pip" },
    { command: "javac", package: "default-jdk-headless" },
    { command: "jar", package: "default-jdk-headless" },
    { command: "mvn", package: "maven" },
    { command: "npm", package: "npm" },
  ];
  await ensurePrograms(programs, "building the stand-ins", say);
  if (findProgram("go", env) === undefined) {
    throw new Refusal("building the stand-ins needs Go", "put Go 1.26.5 or newer (https://go.dev/dl) on PATH");
  }
  const services = standInServices(env);
  const command = ["bash", join(root, "test", "stand-ins", "build.sh"), "stand-in", ...services];
  const quietly = (line: string) => {
    const text = line.replace(/^\[ *\d+s\] /, "");
    if (!text.endsWith("is current") && !text.startsWith("done: ")) say(text);
  };
  await must(command, { env, timeoutSeconds: 3600, onLine: quietly });
  return services.length;
}

/** Builds the application's image under a name of its own: from images/daphne, or as its stand-in. */
export async function buildApplication(source: Source, reference: string, env: Environment, say: Say): Promise<void> {
  if (source === "official") return build("daphne", reference, env, say);
  const command = ["bash", join(root, "test", "stand-ins", "build.sh"), "stand-in", "daphne"];
  await must(command, { env, timeoutSeconds: 3600, onLine: say });
  await must(["docker", "tag", `stand-in/${images.daphne.standIn}`, reference], { env, timeoutSeconds: 60 });
}

async function ensureOfficial(env: Environment, say: Say): Promise<number> {
  const prefix = env["REGISTRY_PREFIX"] ?? "studygiveway";
  const references = new Set(used(env).map(({ official }) => official));
  await Promise.all(
    [...references].map((official) =>
      typeof official === "string"
        ? pull(official, env, say)
        : build(official.own, `${prefix}/${official.own}`, env, say),
    ),
  );
  return references.size;
}

async function label(reference: string, env: Environment): Promise<string | undefined> {
  const format = '{{index .Config.Labels "studygiveway.inputs"}}';
  const { code, stdout } = await run(["docker", "image", "inspect", "-f", format, reference], {
    env,
    timeoutSeconds: 30,
  });
  return code === 0 ? stdout.trim() : undefined;
}

async function pull(reference: string, env: Environment, say: Say): Promise<void> {
  if ((await label(reference, env)) !== undefined) return;
  say(`pulls ${reference}`);
  await must(["docker", "pull", "--quiet", reference], { env, timeoutSeconds: 900 });
}

async function build(own: string, reference: string, env: Environment, say: Say): Promise<void> {
  const folder = join(root, "images", own.replace(/:.*/, ""));
  if (!existsSync(join(folder, "Dockerfile"))) throw new Error(`${reference} has no ${folder}/Dockerfile`);
  const inputs = folderHash(folder);
  if ((await label(reference, env)) === inputs) return;
  say(`builds ${reference}`);
  const command = ["docker", "build", "--quiet", "--label", `studygiveway.inputs=${inputs}`, "-t", reference, folder];
  await must(command, { env, timeoutSeconds: 1800 });
}

/** Over names, contents and what is executable. */
export function folderHash(folder: string): string {
  const hash = createHash("sha256");
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of entries.map((entry) => join(entry.parentPath, entry.name)).sort()) {
    hash.update(`${file.slice(folder.length)}\0${String(statSync(file).mode & 0o100)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

const usage = `usage: npm run images

Makes every image of the system available to the Docker Engine: the official ones where the registries answer, with those
that we build from images/, else stand-ins built from OS and language packages. What is current is left alone.

Variables (environment or .env)
  IMAGES           official or stand-in; found out when empty
  REGISTRY_PREFIX  what stands before the names of the images we build (default studygiveway)
  DOCKER_HOST      another engine than that of this machine
`;

if (import.meta.main) {
  script(usage, {}, async () => {
    const env = loadEnvironment();
    const { step } = createProgress();
    await step("docker", async (say) => {
      const engine = await ensureEngine(env, say);
      return { value: engine, said: `Engine ${engine.version}` };
    });
    await step("images", async (say) => {
      const source = await chooseSource(env, say);
      const count = await ensureImages(source, env, say);
      return { value: count, said: `${String(count)} ${source} images are there` };
    });
    return 0;
  });
}
