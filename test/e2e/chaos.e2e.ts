import { randomInt } from "node:crypto";
import { before, test } from "node:test";
import { type Blow, interrupt } from "./interruption.ts";
import { prepareProd } from "./prod.ts";
import { promote } from "./sgw.ts";

// What recovery.e2e.ts does, at moments of chance; each test's name tells how to do it again.

const rounds = Number(process.env["CHAOS_ROUNDS"] ?? 50);
const blows: readonly Blow[] = ["kill -9", "SIGINT", "kill -9 of the provider"];

let others: readonly string[] = [];

before(async () => {
  others = await prepareProd([41, 42]);
  await promote("prod", "--pr", "42", "--revive");
});

for (let round = 0; round < rounds; round++) {
  const blow = blows[randomInt(blows.length)] ?? "kill -9";
  const after = randomInt(100, 40_000) / 1000;
  test(`${round + 1}: ${blow} after ${after} s`, () =>
    interrupt({ pr: round % 2 === 0 ? 41 : 42, blow, after, others }));
}
