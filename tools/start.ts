import { type Context } from "../src/delivery/context.ts";
import { leaseWaitSeconds, withLease } from "../src/delivery/held-lease.ts";
import { leaseOf } from "../src/delivery/lease.ts";
import { Refused } from "../src/delivery/refused.ts";
import { bringUp, refuseDestroyed } from "../src/delivery/up.ts";
import { parseStackName } from "../src/identity.ts";
import { openContext } from "./context.ts";
import { chooseSource, ensureImages } from "./images.ts";
import { ensureEngine, ensureSwarm } from "./docker.ts";
import { completeEnvFile } from "./env-file.ts";
import { loadEnvironment } from "./environment.ts";
import { createProgress, duration, type Progress } from "./progress.ts";
import { script } from "./script.ts";
import { ensureToolchain, environmentOf } from "./toolchain.ts";

const stacks = ["platform", "staging-pr-1"];

const usage = `usage: npm start [-- --json]

Brings the whole system up on this machine: finds or installs the Docker Engine, makes it a Swarm, finds or builds the
Pulumi CLI and the images, writes .env when there is none, and deploys the stacks ${stacks.join(" and ")}.
What is there already is left alone, so a second run takes seconds. To stop: npm stop

  --json   the addresses as JSON on stdout, instead of a table

Exit code: 0 when every service is healthy, 1 when something failed, 2 for a wrong command line.
`;

/** The engine, the toolchain and the images; the last two take long and do not need each other. */
async function prepare({ say, step }: Progress) {
  const toolchain = step("toolchain", async (sayHere) => {
    const found = await ensureToolchain(loadEnvironment(), sayHere);
    return { value: found, said: found.origin };
  });
  const images = (async () => {
    const env = loadEnvironment();
    const engine = await step("docker", async (sayHere) => {
      const found = await ensureEngine(env, sayHere);
      await ensureSwarm(found, env, sayHere);
      return { value: found, said: `Engine ${found.version}, a Swarm` };
    });
    const source = await chooseSource(env, (text) => {
      say("images", text);
    });
    const dataRoot = engine.dataRoot === "/var/lib/docker" ? {} : { DOCKER_DATA_ROOT: engine.dataRoot };
    const written = completeEnvFile({ IMAGES: source, ...dataRoot }, env);
    if (written.length > 0)
      say("settings", `.env got ${written.join(", ")}; keep this file, its passphrase opens the state`);
    await step("images", async (sayHere) => {
      const count = await ensureImages(source, env, sayHere);
      return { value: count, said: `${count} ${source} images` };
    });
  })();
  await Promise.all([toolchain, images]);
  return environmentOf(await toolchain, loadEnvironment());
}

/** Once pull request 1 has been promoted and taken away, it does not come back by a start. */
async function deployable({ engine, progress }: Context): Promise<string[]> {
  const left = await Promise.all(
    stacks.map(async (stack) => {
      try {
        await refuseDestroyed({ engine }, parseStackName(stack));
        return [stack];
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        progress.say(stack, `stays away: ${error.message}`);
        return [];
      }
    }),
  );
  return left.flat();
}

type Urls = Readonly<Record<string, Readonly<Record<string, string>>>>;

export function table(urls: Urls): string {
  const rows = Object.entries(urls).flatMap(([stack, hosts]) =>
    Object.entries(hosts).map(([name, url], index) => [index === 0 ? stack : "", name, url] as const),
  );
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length), 0) + 2;
  return rows.map(([stack, name, url]) => `${stack.padEnd(width(0))}${name.padEnd(width(1))}${url}\n`).join("");
}

function closing(shown: readonly string[], user: unknown, seconds: number): string {
  return `
Everything is healthy after ${duration(seconds)}.
Browsers warn about the certificate, which the edge signed itself, until .env names another.

Admin user   ${typeof user === "string" ? user : "admin"}; its password: npm run --silent pulumi -- stack output adminPassword --show-secrets --stack platform
All outputs  npm run --silent pulumi -- stack output --show-secrets --stack ${shown.join(" (or ")}${")".repeat(shown.length - 1)}
Stop         npm stop (data stays), npm stop -- --data (data goes too)
`;
}

if (import.meta.main) {
  script(usage, { json: { type: "boolean" } }, async ({ json = false }, interrupted) => {
    const progress = createProgress();
    const env = await prepare(progress);
    const context = openContext({ env, json, yes: true, progress, interrupted }, () => Promise.resolve(env));
    const wanted = await deployable(context);
    for (const stack of wanted) {
      await withLease(context, leaseOf(parseStackName(stack)), leaseWaitSeconds, (signal) =>
        bringUp(context, stack, signal),
      );
    }
    const outputs = await Promise.all(wanted.map((stack) => context.workspace.outputs(stack)));
    const urls = Object.fromEntries(
      wanted.map((stack, index) => [stack, (outputs[index]?.["urls"]?.value ?? {}) as Urls[string]]),
    );
    const seconds = progress.seconds();
    if (json) process.stdout.write(`${JSON.stringify({ urls, seconds }, undefined, 2)}\n`);
    else process.stdout.write(`\n${table(urls)}${closing(wanted, outputs[0]?.["adminUser"]?.value, seconds)}`);
    return 0;
  });
}
