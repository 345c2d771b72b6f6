import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type BadInput, badInputs } from "../settings/bad-inputs.ts";
import { closeDesk, type Desk, lay, makingNothing, openDesk, outputOf, refused } from "./refusal.ts";
import { fleetUp, initStack, preview, pulumi, setConfig, up } from "./world.ts";

/** Two of five, so that each kind is there; but what Pulumi itself needs to start cannot be missing here. */
const chosen = badInputs.filter(({ says }, index) => index % 5 < 2 && !says.startsWith("PULUMI_"));
/** Most are brought up, which could make something; the rest is previewed. */
const verbOf = (index: number) => (index % 8 === 0 ? "preview" : "up");
const deskCount = Math.min(availableParallelism(), 8);
const desks: Desk[] = [];

before(async () => {
  await fleetUp(["platform", "staging-pr-7"]);
  desks.push(...(await Promise.all(Array.from({ length: deskCount }, openDesk))));
});

after(() => {
  desks.forEach(closeDesk);
});

/** Gives one desk to the work, and it to nobody else meanwhile. */
async function atDesk(work: (desk: Desk) => Promise<void>): Promise<void> {
  const desk = desks.pop();
  if (desk === undefined) throw new Error("more work at a time than desks");
  try {
    await work(desk);
  } finally {
    desks.push(desk);
  }
}

/** The process's variables that would win over the file's, without their values. */
function cleared({ env, variables = {} }: BadInput): Record<string, string> {
  const text = typeof env === "string" ? env : "";
  const engineIsMeant = text.includes("DOCKER_HOST") || "DOCKER_HOST" in variables;
  return { DOMAIN: "", IMAGES: "", DOCKER_DATA_ROOT: "", ...(engineIsMeant ? { DOCKER_HOST: "" } : {}), ...variables };
}

function assertSaid(output: string, says: string, remedy: string): void {
  const line = output.split("\n").find((text) => text.includes(says));
  assert.ok(line?.includes(remedy), `${says} ... ${remedy}\nis not in\n${output}`);
}

test(`${chosen.length} bad inputs`, { concurrency: deskCount }, async (t) => {
  assert.ok(chosen.filter((_, index) => verbOf(index) === "up").length >= 60);
  await makingNothing(async () => {
    await Promise.all(
      chosen.map((input, index) =>
        t.test(input.title, () =>
          atDesk(async (desk) => {
            const { stack = "staging-pr-1", says, remedy, secret } = input;
            await lay(desk, { ...input, stack });
            const output = await refused(desk, stack, verbOf(index), cleared(input));
            assertSaid(output, says, remedy);
            if (secret !== undefined) assert.ok(!output.includes(secret), "the secret is in the output");
          }),
        ),
      ),
    );
  });
});

test("a wrong passphrase", async () => {
  await makingNothing(async () => {
    const env = { PULUMI_CONFIG_PASSPHRASE: "not the one" };
    const output = outputOf(await pulumi("staging-pr-7", ["preview"], { env, expectFailure: true }));
    assert.match(output, /incorrect passphrase/);
  });
});

interface Expectation {
  readonly says: string;
  readonly remedy: string;
}

/** Refused at a desk that has the settings of a stack, and of others that were never brought up. */
async function refuse(variables: Record<string, string>, { says, remedy }: Expectation, others: string[] = []) {
  await makingNothing(() =>
    atDesk(async (desk) => {
      await lay(desk, { stack: "staging-pr-8" });
      for (const stack of others) await initStack(stack, { cwd: desk.project, env: desk.env });
      for (const verb of ["preview", "up"] as const) {
        assertSaid(await refused(desk, "staging-pr-8", verb, variables), says, remedy);
      }
    }),
  );
}

test("an Engine that does not answer", async () => {
  const host = "unix:///run/studygiveway-nobody/docker.sock";
  await refuse(
    { DOCKER_HOST: host },
    { says: `${host}: the Docker Engine does not answer`, remedy: "set DOCKER_HOST" },
  );
});

/** An Engine as far as the program asks it before it begins. */
async function withEngine(info: object, version: object, work: (host: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "studygiveway-engine-"));
  const server = createServer(({ url = "" }, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(url.endsWith("/info") ? info : version));
  });
  await new Promise<void>((resolve) => server.listen(join(folder, "docker.sock"), resolve));
  try {
    await work(`unix://${join(folder, "docker.sock")}`);
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

const manager = { ControlAvailable: true, LocalNodeState: "active", Nodes: 1 };

test("an Engine that is no Swarm", async () => {
  const info = { ServerVersion: "28.0.0", Swarm: { ControlAvailable: false, LocalNodeState: "inactive" } };
  await withEngine(info, { MinAPIVersion: "1.24" }, async (host) => {
    await refuse({ DOCKER_HOST: host }, { says: "no Swarm manager (state inactive)", remedy: "swarm init" });
  });
});

test("an Engine too new for Traefik", async () => {
  await withEngine({ ServerVersion: "29.0.0", Swarm: manager }, { MinAPIVersion: "1.44" }, async (host) => {
    const says = "Docker Engine 29.0.0: got an oldest API of 1.44";
    await refuse({ DOCKER_HOST: host }, { says, remedy: "use Engine 28" });
  });
});

test("a release before its platform", async () => {
  const says = 'unknown stack "organization/studygiveway-infra/platform"';
  await refuse({}, { says, remedy: says });
});

test("a release whose platform was never brought up", async () => {
  await refuse({}, { says: "stack platform: outputs", remedy: 'run "sgw up platform" or "pulumi up' }, ["platform"]);
});

test("a release that borrows data nobody lends", async () => {
  const stack = "qa-pr-9";
  const says = "stack qa-data: got no service of it in the Swarm";
  const remedy = 'run "sgw up qa-data"';
  await initStack(stack);
  try {
    await setConfig(stack, "data", "shared");
    await makingNothing(async () => {
      for (const verb of [preview, up])
        assertSaid(outputOf(await verb(stack, [], { expectFailure: true })), says, remedy);
    });
  } finally {
    await pulumi(stack, ["stack", "rm", "--yes", "--force"]);
  }
});
