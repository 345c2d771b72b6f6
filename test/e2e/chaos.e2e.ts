import { randomInt } from "node:crypto";
import { before, test } from "node:test";
import { type Blow, interrupt, momentText, takeTurns, type Turns } from "./interruption.ts";

// What recovery.e2e.ts does, at moments of chance; each test's name tells how to do it again.

const rounds = Number(process.env["CHAOS_ROUNDS"] ?? 50);
const kills: readonly Blow[] = ["kill -9", "kill -9 of the provider"];
const stops: readonly Blow[] = ["SIGINT", "SIGTERM", "Ctrl-C", "abort by Jenkins"];

let turns: Turns;

before(async () => {
  turns = await takeTurns();
});

for (let round = 0; round < rounds; round++) {
  const blows = randomInt(2) === 0 ? kills : stops;
  const blow = blows[randomInt(blows.length)] ?? "kill -9";
  // A command that has hardly begun does not listen to signals yet.
  const moment = { part: randomInt(blows === stops ? 100 : 1, 1000) / 1000 };
  const next = randomInt(3) === 0 ? "other" : "same";
  test(`${round + 1}: ${blow} ${momentText(moment)}, then the ${next} one`, (context) =>
    interrupt({ blow, moment, next, turns, say: context.diagnostic.bind(context) }));
}
