import { before, test } from "node:test";
import { type Blow, interrupt, interruptRollback, takeTurns, type Turns } from "./interruption.ts";

// A promotion that is interrupted at any moment is finished or taken back by the next one. `npm run recovery` kills it at
// 25 points spread over a promotion, `npm run chaos` interrupts it at random ones.

const kills = Number(process.env["RECOVERY_POINTS"] ?? 4);
/** So many signals that ask it to stop, and as many deaths of its provider. */
const more = Math.ceil(kills / 10);

interface Point {
  readonly blow: Blow;
  /** Of the time that a promotion takes. */
  readonly part: number;
}

/** Evenly over a promotion; the offset keeps one kind from where another is. */
function spread(count: number, offset: number, blowAt: (index: number) => Blow): Point[] {
  return Array.from({ length: count }, (_, index) => ({ blow: blowAt(index), part: (index + offset) / count }));
}

/** Every other one reaches more than the process of the command. */
const stops: readonly Blow[] = ["abort by Jenkins", "SIGINT", "Ctrl-C", "SIGTERM"];

const points = [
  ...spread(kills, 0.5, () => "kill -9"),
  ...spread(more, 0.75, (index) => stops[index % stops.length] ?? "SIGTERM"),
  ...spread(more, 0.25, () => "kill -9 of the provider"),
];

let turns: Turns;

before(async () => {
  turns = await takeTurns();
});

for (const [index, { blow, part }] of points.entries()) {
  // What nobody asks for any more is taken back, or replaced where it was live already.
  const next = index % 3 === 1 ? "other" : "same";
  test(`${blow} at ${Math.round(part * 100)} % of a promotion, then the ${next} one`, (context) =>
    interrupt({ blow, part, next, turns, say: context.diagnostic.bind(context) }));
}

test("a rollback that was killed late ends where it was to go, and no release further", interruptRollback);
