import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { ensurePrograms } from "../../tools/packages.ts";
import { filesBelow, images, statements } from "./repository.ts";

const app = path.join(images, "daphne/app");

/** Runs Python 3.11 or later, and says what is missing where there is none. */
async function python(argv: readonly string[], options: { readonly cwd?: string } = {}): Promise<void> {
  await ensurePrograms([{ command: "python3", package: "python3" }], "testing the application", (text) => {
    process.stderr.write(`${text}\n`);
  });
  const version = execFileSync("python3", ["--version"], { encoding: "utf8" }).trim();
  const minor = Number(/^Python 3\.(\d+)/.exec(version)?.[1]);
  assert.ok(minor >= 11, `testing the application needs Python 3.11 or later as python3 on PATH, got ${version}`);
  execFileSync("python3", argv, { ...options, stdio: "pipe" });
}

for (const [service, wanted] of [
  ["daphne", ["daphne==4.0.0", "Django==4.2.30"]],
  ["postgres", ["patroni==4.0.7"]],
] as const) {
  test(`each Python package of ${service} has one version`, () => {
    const packages = statements(path.join(images, service, "requirements.txt"));
    for (const line of packages) assert.match(line, /^[A-Za-z0-9._-]+==\d[\w.]*$/);
    const names = packages.map((line) => line.split("==")[0]?.toLowerCase());
    assert.deepEqual(names, [...new Set(names)]);
    for (const line of wanted) assert.ok(packages.includes(line), line);
  });
}

test("every Python file can be read by Python", async () => {
  const files = filesBelow(app).filter((file) => file.endsWith(".py"));
  await python(["-B", "-c", "import ast, sys; [ast.parse(open(f).read(), f) for f in sys.argv[1:]]", ...files]);
});

test("the parts of the application that need no package", async () => {
  await python(["-B", "-m", "unittest", "discover", "-q", "-s", "web/tests", "-t", "."], { cwd: app });
});
