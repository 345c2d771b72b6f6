import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { lastLogLines } from "../../src/cluster/log-lines.ts";
import { type Logged } from "../../src/cluster/whole-log.ts";
import { frame } from "./engine-answers.ts";

const source = (answer: () => Promise<unknown>) => ({ logs: answer }) as unknown as Logged;

const stamped = (second: number, text: string) =>
  `2026-01-01T10:00:${String(second).padStart(2, "0")}.000000000Z ${text}\n`;

test("the lines of all tasks come in the order in which they were written, without headers and time stamps", async () => {
  const raw = Buffer.concat([frame(stamped(3, "three")), frame(stamped(1, "one"), 2), frame(stamped(2, "two"))]);
  const lines = ["one", "two", "three"];
  assert.deepEqual(await lastLogLines(source(() => Promise.resolve(raw))), lines);
  const halves = () => Readable.from([raw.subarray(0, 50), raw.subarray(50)]);
  assert.deepEqual(await lastLogLines(source(() => Promise.resolve(halves()))), lines);
});

test("the newest ten, each cut, and nothing where the Engine cannot tell", async () => {
  const many = Array.from({ length: 12 }, (_, second) => frame(stamped(second, `${second} ${"x".repeat(500)}`)));
  const lines = (await lastLogLines(source(() => Promise.resolve(Buffer.concat(many))))) ?? [];
  assert.deepEqual([lines.length, lines[0]?.slice(0, 3), lines.every(({ length }) => length < 300)], [10, "2 x", true]);
  assert.deepEqual(await lastLogLines(source(() => Promise.reject(new Error("gone")))), undefined);
});
