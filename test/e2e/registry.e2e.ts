import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readRecords } from "../../src/cluster/ledger.ts";
import { run } from "../../tools/command.ts";
import { layeredImage } from "./applications.ts";
import { push, type Registry, startRegistry } from "./registry.ts";
import { answering, ledger, promote, type Promoted, releasesThere, runningImage, sgw } from "./sgw.ts";
import { docker, engine, fleetUp, inside, stackObjects } from "./world.ts";

// The delivery with a registry: what STAGING is told by tag is a digest from then on.

const [pr, next] = [51, 52];
const [repository, tag] = ["team/daphne", `pr-${pr}`];
let registry: Registry;
/** The image of the pull request, by the digest it has in the registry. */
let image = "";

before(async () => {
  await fleetUp(["platform", "prod-data"]);
  await clean();
  registry = await startRegistry();
});

after(async () => {
  await clean();
  await registry.stop();
});

/** Leaves neither releases of these pull requests nor a word of them: for later files they would be newer ones. */
async function clean(): Promise<void> {
  for (const stack of await ours()) await sgw(["destroy", stack, "--live", "--yes"]);
  for (const { id, entry } of await readRecords(engine))
    if (entry.pr === pr || entry.pr === next) await engine.getConfig(id).remove();
}

async function ours(): Promise<string[]> {
  return (await releasesThere()).filter((stack) => stack.endsWith(`-pr-${pr}`) || stack.endsWith(`-pr-${next}`));
}

function named(by: string): string {
  return `${registry.address}/${repository}:${by}`;
}

/** The id of an image that the Engine itself has. */
async function localId(reference: string): Promise<string | undefined> {
  const { code, stdout } = await run(["docker", "image", "inspect", "--format", "{{.Id}}", reference], {
    timeoutSeconds: 30,
  });
  return code === 0 ? stdout.trim() : undefined;
}

/** Every container of the application runs this very image, and users reach it. */
async function runs({ stack, generation, image: promoted }: Promoted, wanted: string): Promise<void> {
  assert.equal(promoted, wanted);
  assert.equal(await runningImage(stack), wanted);
  const { containers } = await stackObjects(stack);
  const ids = containers
    .filter(({ Labels, State }) => Labels["com.docker.swarm.service.name"] === `${stack}-daphne` && State === "running")
    .map(({ ImageID }) => ImageID);
  assert.deepEqual([...new Set(ids)], [await localId(wanted)]);
  assert.equal(await answering(stack), `${stack}.${generation}`);
}

test("what was built is pushed, and is known by the digest it has in the registry", async () => {
  const env = { REGISTRY_PREFIX: `${registry.address}/team` };
  const built = await sgw(["build", "--pr", String(pr), "--json"], { env });
  assert.deepEqual(JSON.parse(built.stdout), { image: named(tag) });
  const pushed = await sgw(["push", "--pr", String(pr), "--json"], { env });
  ({ image } = JSON.parse(pushed.stdout) as { image: string });
  const manifest = `http://${registry.address}/v2/${repository}/manifests/${tag}`;
  const accept = "Accept: application/vnd.docker.distribution.manifest.v2+json";
  const { stdout } = await inside(["curl", "-fsSI", "-H", accept, manifest]);
  const digest = /^docker-content-digest: (sha256:[0-9a-f]{64})/im.exec(stdout)?.[1] ?? "none";
  assert.equal(image, `${registry.address}/${repository}@${digest}`);
});

test("STAGING is told a tag that only the registry knows, and runs its digest", async () => {
  await docker("rmi", named(tag));
  assert.equal(await localId(image), undefined);
  await runs(await promote("staging", "--pr", String(pr), "--image", named(tag)), image);
});

test("QA and PROD run the digest of STAGING, whatever the tag means by then", async () => {
  assert.notEqual(await push(await layeredImage(next), repository, tag), image);
  await runs(await promote("qa", "--pr", String(pr)), image);
  await runs(await promote("prod", "--pr", String(pr)), image);
  assert.deepEqual(await ours(), [`prod-pr-${pr}`]);
});

test("an image with a layer that is nowhere else comes from the registry", async () => {
  const id = await layeredImage(next);
  const pushed = await push(id, repository, `pr-${next}`);
  await docker("rmi", "--force", id);
  assert.equal(await localId(id), undefined);
  await runs(await promote("staging", "--pr", String(next), "--image", named(`pr-${next}`)), pushed);
  assert.equal(await localId(pushed), id);
});

test("without its registry a release runs on, and a tag that nobody knows is a failure with a reason", async () => {
  await registry.stop();
  const { stderr } = await sgw(["promote", "staging", "--pr", String(next), "--image", named("none"), "--yes"], {
    code: 1,
  });
  assert.match(stderr, /registry/);
  const { outcome, reason = "" } = (await ledger("staging")).at(-1) ?? {};
  assert.equal(outcome, "failed");
  assert.match(reason, /registry/);
  assert.match((await answering(`staging-pr-${next}`)) ?? "", new RegExp(`^staging-pr-${next}\\.`));
});
