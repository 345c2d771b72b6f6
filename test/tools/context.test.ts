import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { openContext } from "../../tools/context.ts";
import { createProgress } from "../../tools/progress.ts";
import { cliVersion } from "../../tools/toolchain.ts";

test("the delivery command runs the Pulumi it was given, whichever is on this process's PATH, or none", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "context-"));
  const path = process.env["PATH"];
  t.after(() => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  });
  const answers = `#!/bin/sh\n[ "$1" = version ] && echo v${cliVersion} || echo '[{"name":"staging-pr-1"}]'\n`;
  writeFileSync(join(folder, "pulumi"), answers, { mode: 0o755 });
  process.env["PATH"] = "/usr/bin:/bin";
  const env = { ...process.env, PATH: [folder, "/usr/bin", "/bin"].join(delimiter) };
  const interrupted = new AbortController().signal;
  const given = { env: {}, json: false, yes: true, progress: createProgress(), interrupted };
  const { workspace } = openContext(given, () => Promise.resolve(env));
  assert.ok(await workspace.exists("staging-pr-1"));
});
