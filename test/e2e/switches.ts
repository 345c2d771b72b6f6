import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Episode, playUnderLoad } from "../load/episodes.ts";
import { episodeTable, summaryTable } from "../load/report.ts";
import { prepareProd } from "./prod.ts";
import { promote, sgw } from "./sgw.ts";
import { domain, privateDaemon, project } from "./world.ts";

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

/** Promotes and rolls back under 200 requests a second, of which not one may be lost. */
export async function switchUnderLoad({ promotions, requests }: Switches): Promise<void> {
  await prepareProd([41, 42]);
  await promote("prod", "--pr", "41", "--revive");
  const episodes: Episode[] = Array.from({ length: promotions }, (_, index) => {
    const pr = index % 2 === 0 ? 42 : 41;
    return {
      name: `promote ${pr}`,
      play: () => {
        // The last one leaves the release before in its place, so that the way back is one switch.
        keep(index === promotions - 1 ? 1 : 0);
        return promote("prod", "--pr", String(pr), "--revive");
      },
    };
  });
  episodes.push({ name: "rollback", play: () => sgw(["rollback", "prod", "--yes"]) });
  try {
    const { namespace } = privateDaemon();
    const say = (text: string) => {
      process.stderr.write(`${text}\n`);
    };
    const { result, episodes: played } = await playUnderLoad({ host: domain, namespace, episodes, requests, say });
    const tables = `${episodeTable(played)}\n\n${summaryTable(result)}\n`;
    process.stdout.write(`${tables}\n`);
    assert.deepEqual(
      played.map(({ error }) => error),
      episodes.map(() => undefined),
      tables,
    );
    // Every episode sent users to another release; else nothing was tried.
    assert.ok(
      played.every(({ before, after }) => before !== after && after !== ""),
      tables,
    );
    assert.equal(result.lost, 0, tables);
  } finally {
    keep(0);
  }
}
