import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { readServices } from "../../src/cluster/objects.ts";
import { run } from "../../tools/command.ts";
import { type Fault } from "../delivery/forge/forge-server.ts";
import { atForge, type Bench, kinds } from "../delivery/forge/forges.ts";
import { prepareProd } from "./prod.ts";
import { promote } from "./sgw.ts";
import { engine, project } from "./world.ts";

// The delivery command against servers that speak the recorded API of GitHub and GitLab.

let there: readonly string[] = [];

before(async () => {
  await prepareProd([42]);
  await promote("prod", "--pr", "42", "--revive");
  there = await deployed();
});

/** The releases that run. */
async function deployed(): Promise<string[]> {
  const stacks = (await readServices(engine)).map(({ stack }) => stack).filter((stack) => stack.includes("-pr-"));
  return [...new Set(stacks)].sort();
}

/** Runs the delivery command with a forge; it stays outside the namespace of the private Engine, where the forge is. */
function sgwAt({ settings }: Bench, ...args: readonly string[]) {
  const forge = {
    FORGE: settings.kind,
    FORGE_URL: settings.url,
    FORGE_REPOSITORY: settings.repository,
    FORGE_TOKEN: settings.token,
  };
  const argv = [process.execPath, join(project, "tools", "sgw.ts"), ...args];
  return run(argv, { env: { ...process.env, ...forge }, timeoutSeconds: 180 });
}

for (const kind of kinds) {
  describe(kind, () => {
    test("a pull request gets one comment that says where it is, however often that is told", () =>
      atForge(kind, async (bench) => {
        bench.open(42);
        for (const state of ["pending", "success"]) {
          const { code, stderr } = await sgwAt(bench, "report", "--pr", "42", "--state", state);
          assert.equal(code, 0, stderr);
        }
        const [comment, ...others] = bench.comments();
        assert.deepEqual(others, []);
        assert.match(comment?.body ?? "", /PROD \| https:.* \| live/);
      }));

    const faults: Readonly<Record<string, Fault>> = {
      "an outage": { kind: "reset" },
      "a login that is refused": { kind: "answer", status: 401, text: "{}" },
      "an error of its own": { kind: "answer", status: 500, text: "oops" },
    };
    for (const [name, fault] of Object.entries(faults)) {
      test(`${name}: nothing is removed because of it, and it is told`, () =>
        atForge(kind, async (bench) => {
          bench.server.fail(({ path }) => path.endsWith(bench.openPath), fault);
          const { code, stdout, stderr } = await sgwAt(bench, "gc", "--yes", "--json");
          assert.equal(code, 0, stderr);
          assert.match(stderr, /nothing goes because of that/);
          // Stacks without anything in them and images without a name may go, for they are nobody's release.
          const { doomed } = JSON.parse(stdout) as { doomed: { name: string }[] };
          assert.deepEqual(
            doomed.filter(({ name }) => there.includes(name)),
            [],
          );
          assert.deepEqual(await deployed(), there);
        }));
    }

    test("an empty list is no reason to remove anything", () =>
      atForge(kind, async (bench) => {
        const { code, stderr } = await sgwAt(bench, "gc", "--yes");
        assert.equal(code, 0, stderr);
        assert.match(stderr, /lists no open pull request at all/);
        assert.deepEqual(await deployed(), there);
      }));
  });
}
