import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "dotenv";
import { type Environment, root } from "./environment.ts";

/** The text of a .env file with values written where they are missing or empty; what is set stays. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  const present = parse(text);
  let result = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  for (const [name, value] of Object.entries(values)) {
    if ((present[name] ?? "") !== "") continue;
    const line = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=.*$`, "m");
    const assignment = `${name}=${value}`;
    result = line.test(result) ? result.replace(line, () => assignment) : `${result}${assignment}\n`;
  }
  return result;
}

/**
 * Completes .env, made from .env.sample when there is none, with what was found out about this machine and what the
 * environment does not say; returns the names that were written.
 */
export function completeEnvFile(found: Readonly<Record<string, string>>, environment: Environment): string[] {
  const file = resolve(root, environment["ENV_FILE"] ?? ".env");
  const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const passphrase = environment["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? environment["PULUMI_CONFIG_PASSPHRASE"];
  const generated = passphrase === undefined ? { PULUMI_CONFIG_PASSPHRASE: randomBytes(24).toString("base64url") } : {};
  const values = { ...found, ...generated };
  const after = fillIn(before ?? readFileSync(resolve(root, ".env.sample"), "utf8"), values);
  if (after === before) return [];
  // Written whole or not at all: half a file would be a system with half its credentials.
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, after, { mode: 0o600, flag: "wx" });
  renameSync(draft, file);
  const set = parse(before ?? "");
  return Object.keys(values).filter((name) => (set[name] ?? "") === "");
}
