import { goodImage } from "./applications.ts";
import { ledger, promote, releasesThere } from "./sgw.ts";
import { fleetUp } from "./world.ts";

/** Brings pull requests to QA, so that PROD can take them; gives the releases that others made before. */
export async function prepareProd(prs: readonly number[]): Promise<readonly string[]> {
  await fleetUp(["platform", "prod-data"]);
  const others = (await releasesThere()).filter((stack) => !prs.some((pr) => stack.endsWith(`-pr-${pr}`)));
  for (const pr of prs) {
    if (await wasLive("qa", pr)) continue;
    if (!(await wasLive("staging", pr)))
      await promote("staging", "--pr", String(pr), "--image", await goodImage(pr), "--revive");
    await promote("qa", "--pr", String(pr), "--revive");
  }
  return others;
}

async function wasLive(environment: "staging" | "qa", pr: number): Promise<boolean> {
  const entries = await ledger(environment);
  return entries.some((entry) => entry.pr === pr && ["live", "replaced", "destroyed"].includes(entry.outcome));
}
