import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** Runs a shell script with these in the place of programs; gives its exit code. `files` are in the folder `$HERE`. */
export function exitCode(
  script: string,
  programs: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): number | null {
  const folder = mkdtempSync(join(tmpdir(), "studygiveway-shell-"));
  try {
    for (const [name, body] of Object.entries(programs))
      writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const env = { HERE: folder, PATH: [folder, process.env["PATH"]].join(delimiter) };
    return spawnSync("sh", ["-c", script], { env, stdio: "ignore", timeout: 10_000 }).status;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
