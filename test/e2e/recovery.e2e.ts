import { before, test } from "node:test";
import { type Blow, interrupt } from "./interruption.ts";
import { prepareProd } from "./prod.ts";
import { promote } from "./sgw.ts";

// A promotion that is killed at any moment is finished or taken back by the next one. `npm run recovery` does it at 25
// points spread over a promotion, `npm run chaos` at random ones.

const points = Number(process.env["RECOVERY_POINTS"] ?? 6);

/** Releases that other files made. */
let others: readonly string[] = [];
/** How long an undisturbed promotion takes. */
let seconds = 0;

before(async () => {
  others = await prepareProd([41, 42]);
  await promote("prod", "--pr", "41", "--revive");
  const { seconds: took } = await promote("prod", "--pr", "42", "--revive");
  seconds = took["total"] ?? 30;
});

const blows: readonly Blow[] = ["kill -9", "kill -9", "kill -9", "kill -9", "SIGINT", "kill -9 of the provider"];

for (let point = 0; point < points; point++) {
  const blow = blows[point % blows.length] ?? "kill -9";
  const part = (point + 0.5) / points;
  // Both take turns, so that each is a release beside a live one.
  const pr = point % 2 === 0 ? 41 : 42;
  test(`${blow} at ${Math.round(part * 100)} % of a promotion`, () =>
    interrupt({ pr, blow, after: part * (seconds + 2), others }));
}
