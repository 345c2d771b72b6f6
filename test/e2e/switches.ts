import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Episode, type Played, playUnderLoad } from "../load/episodes.ts";
import { episodeTable, summaryTable } from "../load/report.ts";
import { type LoadResult } from "../load/result.ts";
import { certificate, key } from "../settings/pem.ts";
import { endingLines, endings, watchEvents } from "./engine-events.ts";
import { prepareProd } from "./prod.ts";
import { promote, type Promoted, sgw } from "./sgw.ts";
import { destroy, domain, engine, isUp, privateDaemon, project, taskIds, up } from "./world.ts";

interface Switches {
  /** To PROD, each of a release that comes up beside the live one. */
  readonly promotions: number;
  /** The load goes on until so many requests were sent. */
  readonly requests: number;
}

const settingsFile = join(project, "Pulumi.prod.yaml");

/** How many former releases of PROD stay up, in the copy of the checkout that the tests use. */
function keep(count: number): void {
  const text = readFileSync(settingsFile, "utf8");
  writeFileSync(settingsFile, text.replace(/(studygiveway-infra:keep:) \d+/, `$1 ${count}`));
}

/** Back to the release that was kept, and nothing of either is started anew or taken away. */
async function rollBack(): Promise<void> {
  const tasks = () => Promise.all(["prod-pr-41", "prod-pr-42"].map(taskIds));
  const before = await tasks();
  assert.ok(
    before.every(({ length }) => length > 0),
    "one of the two is not there",
  );
  const { stdout } = await sgw(["rollback", "prod", "--yes", "--json"]);
  assert.deepEqual((JSON.parse(stdout) as Promoted).destroyed, []);
  assert.deepEqual(await tasks(), before);
}

/**
 * Seconds for PROMOTE_TIMEOUT_SECONDS, whose default is meant to end a bad promotion soon. Here a good release comes up on a
 * machine that is kept busy, and takes as long as it takes: users do not notice.
 */
const patience = 180;

async function promoteUnderLoad(pr: number): Promise<void> {
  await sgw(["promote", "prod", "--pr", String(pr), "--revive", "--yes", "--json"], {
    env: { PROMOTE_TIMEOUT_SECONDS: String(patience) },
    timeoutSeconds: 2 * patience + 120,
  });
}

/** Of 200 a second, what a rounding at the ends leaves. */
const leastRate = 190;
/** A generator that comes this late was no open loop. */
const mostBehindMs = 2000;

/** The load was what it claims to be: of every kind, at its rate, all the time, and answered by those two alone. */
function expectLoad(result: LoadResult, played: readonly Played[], requests: number, tables: string): void {
  assert.ok(result.requests >= requests, tables);
  assert.ok(result.requests / result.sendingSeconds >= leastRate, tables);
  for (const { sent, from, to } of played) assert.ok(sent / (to - from) >= leastRate, tables);
  assert.ok(result.behindMs <= mostBehindMs, tables);
  for (const [subject, { sent }] of Object.entries(result.subjects)) assert.ok(sent > 0, `no ${subject}\n${tables}`);
  for (const release of Object.keys(result.releases)) assert.match(release, /^prod-pr-4[12]\.\d+$/, tables);
}

/** Releases with a data tier that have no part in it: half of all containers here, which take 0.6 of a core when idle. */
const bystanders = ["staging-pr-7", "qa-pr-7"];

async function removeBystanders(): Promise<void> {
  await Promise.all(bystanders.map(async (stack) => (await isUp(stack)) && destroy(stack)));
}

/**
 * What a site has: a certificate with a key on an elliptic curve, as ACME gets it. With the RSA key that the edge makes for
 * itself it takes 0.35 of a core under this load, with this one 0.27.
 */
async function withCertificate(work: () => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  const env = { TLS_CERTIFICATE_FILE: join(folder, "site.crt"), TLS_KEY_FILE: join(folder, "site.key") };
  writeFileSync(env.TLS_CERTIFICATE_FILE, certificate);
  writeFileSync(env.TLS_KEY_FILE, key);
  try {
    await up("platform", [], { env });
    await work();
  } finally {
    rmSync(folder, { recursive: true });
    await up("platform");
  }
}

/** Promotes and rolls back under 200 requests a second, of which not one may be lost. */
export async function switchUnderLoad(switches: Switches): Promise<void> {
  await prepareProd([41, 42]);
  await removeBystanders();
  await withCertificate(() => play(switches));
}

async function play({ promotions, requests }: Switches): Promise<void> {
  await promote("prod", "--pr", "41", "--revive");
  const episodes: Episode[] = Array.from({ length: promotions }, (_, index) => {
    const pr = index % 2 === 0 ? 42 : 41;
    return {
      name: `promote ${pr}`,
      play: () => {
        // The last one leaves the release before in its place, so that the way back is one switch.
        keep(index === promotions - 1 ? 1 : 0);
        return promoteUnderLoad(pr);
      },
    };
  });
  episodes.push({ name: "rollback", play: rollBack });
  const watch = await watchEvents(engine, endings);
  try {
    const { namespace } = privateDaemon();
    const say = (text: string) => {
      process.stderr.write(`${text}\n`);
    };
    const { result, episodes: played } = await playUnderLoad({ host: domain, namespace, episodes, requests, say });
    const tables = `${episodeTable(played)}\n\n${summaryTable(result)}\n`;
    process.stdout.write(`${tables}\n`);
    const isPlayed = played.length === episodes.length && played.every(({ error }) => error === undefined);
    if (!isPlayed || result.lost > 0) {
      const lines = endingLines(watch.events, result.began);
      process.stdout.write(`Containers that ended or were unhealthy, since the load began:\n${lines.join("\n")}\n`);
    }
    assert.ok(isPlayed, tables);
    // Every episode sent users to another release; else nothing was tried.
    assert.ok(
      played.every(({ before, after }) => before !== after && after !== ""),
      tables,
    );
    assert.equal(result.lost, 0, tables);
    expectLoad(result, played, requests, tables);
  } finally {
    watch.close();
    keep(0);
  }
}
