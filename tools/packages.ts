import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { must, run } from "./command.ts";
import { type Environment } from "./environment.ts";
import { Refusal } from "./refusal.ts";

/** A program that is needed, and the Debian package that brings it. */
export interface Program {
  readonly command: string;
  readonly package: string;
}

/** The folders of administrators' programs are not on everybody's PATH. */
export function searchPath(environment: Environment): string[] {
  return [...(environment["PATH"] ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"].filter(
    (folder) => folder !== "",
  );
}

export function findProgram(command: string, environment: Environment = process.env): string | undefined {
  return searchPath(environment)
    .map((folder) => join(folder, command))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Does os-release(5) name Debian or a distribution that derives from it? */
export function isDebian(osRelease: string): boolean {
  return /^ID(?:_LIKE)?=.*\bdebian\b/m.test(osRelease);
}

function canInstall(): boolean {
  try {
    return process.getuid?.() === 0 && isDebian(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}

// apt locks; two of our own steps wait for each other instead of for a time limit.
let turn: Promise<unknown> = Promise.resolve();

/** Installs on Debian as root what is missing, and refuses with the names of the packages elsewhere. */
export async function ensurePrograms(
  programs: readonly Program[],
  purpose: string,
  say: (text: string) => void,
): Promise<void> {
  const mine = turn.then(() => install(programs, purpose, say));
  turn = mine.catch(() => undefined);
  await mine;
}

async function install(programs: readonly Program[], purpose: string, say: (text: string) => void): Promise<void> {
  const missing = programs.filter(({ command }) => findProgram(command) === undefined);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => program.package))];
  if (!canInstall()) {
    const commands = missing.map(({ command }) => command).join(", ");
    throw new Refusal(
      `${purpose} needs ${commands}, not found on this machine`,
      `install it; on Debian: sudo apt-get install --no-install-recommends ${packages.join(" ")}`,
    );
  }
  say(`installs ${packages.join(", ")} with apt`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"];
  // One source of many that does not answer is no reason to stop: what matters is whether the packages can be had.
  await run([...apt, "update"], { env, timeoutSeconds: 300 });
  await must([...apt, "install", "-y", "--no-install-recommends", ...packages], { env, timeoutSeconds: 900 });
}
