import assert from "node:assert/strict";
import { before, test } from "node:test";
import {
  type Blow,
  interrupt,
  interruptRollback,
  interruptSwitch,
  type Moment,
  momentText,
  takeTurns,
  type Turns,
} from "./interruption.ts";
import { interruptRetirement } from "./retirement.ts";

// A promotion that is interrupted at any moment is finished or taken back by the next one. `npm run recovery` kills it at
// 25 points spread over a promotion, `npm run chaos` interrupts it at random ones.

interface Point {
  readonly blow: Blow;
  readonly moment: Moment;
}

/** At each step that lasts, whatever time that takes here; Pulumi is at work in all of them but smoke. */
const everyStep: readonly Point[] = [
  { blow: "kill -9", moment: { step: "deploy", seconds: 2 } },
  { blow: "kill -9", moment: { step: "deploy", seconds: 6 } },
  { blow: "kill -9", moment: { step: "smoke", seconds: 1 } },
  { blow: "kill -9", moment: { step: "switch", seconds: 1 } },
  { blow: "kill -9", moment: { step: "retire", seconds: 3 } },
  { blow: "abort by Jenkins", moment: { step: "retire", seconds: 3 } },
  { blow: "kill -9 of the provider", moment: { step: "deploy", seconds: 5 } },
  // Then the other one, so that users are led back.
  { blow: "kill -9", moment: { step: "switch", seconds: 1 } },
];

/** Every other one reaches more than the process of the command. */
const stops: readonly Blow[] = ["abort by Jenkins", "SIGINT", "Ctrl-C", "SIGTERM"];

/** Evenly over a promotion; the offset keeps one kind from where another is. */
function spread(count: number, offset: number, blowAt: (index: number) => Blow): Point[] {
  return Array.from({ length: count }, (_, index) => ({
    blow: blowAt(index),
    moment: { part: (index + offset) / count },
  }));
}

/** So many kills, and a tenth as many signals that ask it to stop and deaths of its provider. */
function spreadPoints(kills: number): Point[] {
  const more = Math.ceil(kills / 10);
  return [
    ...spread(kills, 0.5, () => "kill -9"),
    ...spread(more, 0.75, (index) => stops[index % stops.length] ?? "SIGTERM"),
    ...spread(more, 0.25, () => "kill -9 of the provider"),
  ];
}

const kills = Number(process.env["RECOVERY_POINTS"] ?? 0);
const points = kills > 0 ? spreadPoints(kills) : everyStep;

let turns: Turns;

before(async () => {
  turns = await takeTurns();
});

for (const [index, { blow, moment }] of points.entries()) {
  // What nobody asks for any more is taken back, or replaced where it was live already.
  const next = index % 3 === 1 ? "other" : "same";
  test(`${blow} ${momentText(moment)}, then the ${next} one`, (context) =>
    interrupt({ blow, moment, next, turns, say: context.diagnostic.bind(context) }));
}

// Fewer that are spread may miss a short step.
if (points === everyStep || kills >= 25) {
  test("each step of a promotion was interrupted", () => {
    // It is hardly written down that the switch was verified when the next step begins.
    const steps = [...turns.struck].map((step) => (step === "verify" ? "switch" : step));
    for (const step of ["deploy", "smoke", "switch", "retire"] as const) {
      assert.ok(steps.includes(step), `no ${step} among ${steps.join(", ")}`);
    }
  });
}

test("a promotion that was killed at its switch and is rolled back ends with what was live before", (context) =>
  interruptSwitch(turns, context.diagnostic.bind(context)));

test("a rollback that was killed late ends where it was to go, and no release further", interruptRollback);

test("a promotion that was killed while it destroyed the stage before ends with nothing of that", interruptRetirement);
