import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "../../tools/refusal.ts";
import { defaults, dueAt, planOf, type Request, requestAt, requests } from "./plan.ts";

const host = "studygiveway.test";

test("only what is local is loaded", () => {
  for (const address of ["127.0.0.1", "127.8.9.10", "::1"]) assert.equal(planOf({ host, address }).address, address);
  const others = ["10.0.0.1", "0.0.0.0", "8.8.8.8", "128.0.0.1", "::", "fe80::1", "::ffff:8.8.8.8", "localhost", ""];
  for (const address of others) {
    assert.throws(() => planOf({ host, address }), {
      name: Refusal.name,
      message: /^address: got ".*127\.0\.0\.0\/8 or ::1/,
    });
  }
});

test("what would never end or is no number is refused", () => {
  const wrong = {
    rate: [0, 1001, 1.5, NaN],
    seconds: [0, 3601],
    sockets: [-1, 101],
    port: [0, 65536],
    patience: [0, 301],
    upload: [-1, 61],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values)
      assert.throws(() => planOf({ host, [name]: value }), new RegExp(`^Refusal: ${name}: got `));
  }
  for (const name of ["", "a b", "-a", "a/b", "A"]) assert.throws(() => planOf({ host: name }), /^Refusal: host: got /);
  assert.deepEqual(planOf({ host }), { ...defaults, host });
});

test("a thousand requests hold each kind as often as it should be, at an even pace", () => {
  const names = Object.keys(requests) as Request[];
  const thousand = Array.from({ length: 1000 }, (_, index) => requestAt(index));
  for (const name of names) {
    assert.equal(thousand.filter((one) => one === name).length, requests[name].share, name);
    for (let from = 0; from < 1000; from += 200) {
      const count = thousand.slice(from, from + 200).filter((one) => one === name).length;
      assert.ok(Math.abs(count - requests[name].share / 5) <= 3, `${name}: ${count} of 200 from ${from}`);
    }
  }
  assert.equal(requestAt(1017), requestAt(17));
});

test("each request has its time, whatever became of those before", () => {
  const plan = planOf({ host, rate: 200 });
  assert.deepEqual(
    [0, 1, 200, 12_000].map((index) => dueAt(index, plan)),
    [0, 5, 1000, 60_000],
  );
});
