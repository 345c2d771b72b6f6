import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { filesBelow, images, statements } from "./repository.ts";

const app = path.join(images, "daphne/app");
const python = spawnSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]).status === 0;
const options = { skip: python ? false : "needs Python 3.11 or later" };

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

test("every Python file can be read by Python", options, () => {
  const files = filesBelow(app).filter((file) => file.endsWith(".py"));
  execFileSync("python3", [
    "-B",
    "-c",
    "import ast, sys; [ast.parse(open(f).read(), f) for f in sys.argv[1:]]",
    ...files,
  ]);
});

test("the parts of the application that need no package", options, () => {
  execFileSync("python3", ["-B", "-m", "unittest", "discover", "-q", "-s", "web/tests", "-t", "."], {
    cwd: app,
    stdio: "pipe",
  });
});
