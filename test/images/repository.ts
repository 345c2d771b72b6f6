import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

export const images = path.resolve(import.meta.dirname, "../../images");
export const standIns = path.resolve(import.meta.dirname, "../stand-ins");

/** The services whose images we build. */
export const built = ["backup", "daphne", "etcd", "jenkins", "jenkins-agent", "pgbouncer", "postgres"] as const;

/** The lines of a file without comments and empty ones; a line that ends in a backslash goes on in the next. */
export function statements(file: string): string[] {
  return readFileSync(file, "utf8")
    .replaceAll(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
}

/** Every file below a folder, as absolute paths. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((file) => !file.includes("__pycache__") && statSync(file).isFile());
}
