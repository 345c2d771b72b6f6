import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../tools/environment.ts";
import { cliVersion, ensureToolchain, environmentOf, isFitting, plugins } from "../../tools/toolchain.ts";

test("the CLI's version decides whether it fits", () => {
  for (const version of [`v${cliVersion}`, "3.259.0", "v3.300.1", "v3.259.0-dev.0"])
    assert.ok(isFitting(version), version);
  for (const version of ["v3.258.9", "v2.300.0", "v4.0.0", "", "nonsense"]) assert.ok(!isFitting(version), version);
});

test("the plugins have the versions of the packages, and the build script those of the CLI", () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const [name, version] of Object.entries(plugins)) assert.equal(version, dependencies[`@pulumi/${name}`]);
  assert.ok(readFileSync(join(root, "tools/toolchain/build.sh"), "utf8").includes(`cmd/pulumi v${cliVersion}`));
});

test("a toolchain comes before PATH, and plugins on PATH are not looked for elsewhere", () => {
  const toolchain = { bin: "/tools/bin", hasPlugins: true, origin: "built" };
  assert.deepEqual(environmentOf(toolchain, { PATH: "/bin", HOME: "/home/anna" }), {
    PATH: "/tools/bin:/bin",
    HOME: "/home/anna",
    NODE_COMPILE_CACHE: "/home/anna/.cache/studygiveway/compiled",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  });
  const own = { PATH: "/bin", NODE_COMPILE_CACHE: "/tmp/compiled" };
  assert.deepEqual(environmentOf({ bin: undefined, hasPlugins: false, origin: "" }, own), own);
});

/** Programs that print a line, whatever they are asked. */
function fake(folder: string, programs: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, line] of Object.entries(programs))
    writeFileSync(join(folder, name), `#!/bin/sh\necho '${line}'\n`, { mode: 0o755 });
}

test("a CLI on PATH is taken when it fits, else the one that was got before", async () => {
  const folder = mkdtempSync(join(tmpdir(), "toolchain-"));
  const installed = Object.entries(plugins).map(([name, version]) => ({ name, version }));
  const before = join(folder, "studygiveway", "toolchain", `pulumi-${cliVersion}`);
  fake(before, { pulumi: JSON.stringify(installed) });
  const takes = async (version: string) => {
    const bin = join(folder, version);
    const names = ["pulumi-language-nodejs", ...Object.keys(plugins).map((name) => `pulumi-resource-${name}`)];
    fake(bin, { pulumi: version, ...Object.fromEntries(names.map((name) => [name, ""])) });
    return ensureToolchain({ PATH: bin, XDG_CACHE_HOME: folder }, () => undefined);
  };
  try {
    const onPath = { bin: undefined, hasPlugins: true, origin: "Pulumi v3.300.0 on PATH" };
    assert.deepEqual(await takes("v3.300.0"), onPath);
    assert.equal((await takes("v3.258.9")).bin, before);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
