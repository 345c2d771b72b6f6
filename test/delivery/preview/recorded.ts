import { type EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/**
 * Events of the engine (CLI 3.259, docker plugin 5.2) for a stack staging-pr-7, outputs cut off:
 * updates: replicas, memory, image and a given password; replacements: another length of a generated password, an alias
 * more, an internal network, another volume, minio and memcached-admin gone; fresh: a stack that is not there.
 */
export function recorded(name: "updates" | "replacements" | "fresh"): EngineEvent[] {
  const text = readFileSync(resolve(import.meta.dirname, "recorded", `${name}.jsonl`), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as EngineEvent);
}
