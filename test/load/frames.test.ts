import assert from "node:assert/strict";
import { test } from "node:test";
import { clientFrame, closeCode, closing, opcodes, serverFrames } from "./frames.ts";
import { clientFrames, serverFrame } from "./site.ts";

const none = Buffer.alloc(0);

test("what a client says can be read, and is masked", () => {
  const frame = clientFrame(opcodes.text, Buffer.from("hello"), Buffer.from([1, 2, 3, 4]));
  assert.ok(!frame.includes("hello"));
  assert.deepEqual(clientFrames(frame), [{ opcode: opcodes.text, payload: Buffer.from("hello") }]);
  assert.throws(() => clientFrame(opcodes.text, Buffer.alloc(126), Buffer.alloc(4)), /126 bytes/);
});

test("frames are read however they are cut", () => {
  const payloads = [none, Buffer.from("a"), Buffer.alloc(125, "b"), Buffer.alloc(126, "c"), Buffer.alloc(3000, "d")];
  const stream = Buffer.concat(payloads.map((payload) => serverFrame(opcodes.text, payload)));
  for (const size of [1, 2, 3, 127, stream.length]) {
    const heard: Buffer[] = [];
    let rest: Buffer = none;
    for (let from = 0; from < stream.length; from += size) {
      const read = serverFrames(Buffer.concat([rest, stream.subarray(from, from + size)]));
      heard.push(...read.frames.map(({ payload }) => Buffer.from(payload)));
      rest = read.rest;
    }
    assert.deepEqual(heard, payloads);
    assert.equal(rest.length, 0);
  }
});

test("a frame that is masked, a piece of one, or too long is refused", () => {
  for (const frame of [
    [0x81, 0x85],
    [0x01, 1, 97],
    [0xc1, 1, 97],
    [0x81, 127],
  ]) {
    assert.throws(() => serverFrames(Buffer.from(frame)), /a frame that begins with/);
  }
});

test("the code of a goodbye", () => {
  assert.equal(closeCode(closing(1012)), 1012);
  assert.equal(closeCode(Buffer.concat([closing(1001), Buffer.from("restart")])), 1001);
  assert.equal(closeCode(none), 1005);
});
