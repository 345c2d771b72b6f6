import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEvent, UpdateOutput } from "../../tools/update-output.ts";

function read(text: string): UpdateOutput {
  const output = new UpdateOutput();
  for (const line of text.split("\n")) output.add(line);
  return output;
}

test("events are told from other lines", () => {
  const event = { type: "docker:index:Service", name: "platform-traefik", remark: undefined };
  const line = (verb: string) => ` +  docker:index:Service platform-traefik ${verb}`;
  assert.deepEqual(parseEvent(`${line("creating (0s)")} `), { ...event, isFinished: false });
  assert.deepEqual(parseEvent(`${line("created (2.31s)")} `), { ...event, isFinished: true });
  assert.deepEqual(parseEvent(line("**creating failed**")), { ...event, isFinished: true });
  assert.deepEqual(parseEvent(" ~  docker:index/service:Service platform-traefik updating (0s) [diff: ~labels]"), {
    type: "docker:index/service:Service",
    name: "platform-traefik",
    isFinished: false,
    remark: "[diff: ~labels]",
  });
  assert.deepEqual(parseEvent("    pulumi:pulumi:Stack tiny-a running warning: using pulumi-resource-random"), {
    type: "pulumi:pulumi:Stack",
    name: "tiny-a",
    isFinished: false,
    remark: "warning: using pulumi-resource-random",
  });
  for (const other of ["@ updating....", "Updating (a):", "", "Resources:", "    + 4 created", "Duration: 5s"]) {
    assert.equal(parseEvent(other), undefined, other);
  }
});

test("the status names what is being made", () => {
  const started = ["p1", "p2", "p3", "p4"].map((name) => ` +  random:index:RandomPassword ${name} creating (0s) `);
  assert.equal(read(started.join("\n")).status, "0 resources done, now p1, p2, p3 and 1 more");
  const finished = started.map((line) => line.replace("creating (0s)", "created (0.24s)"));
  assert.equal(read([...started, ...finished].join("\n")).status, "4 resources done");
});

test("when only the gate is left, the status is what it waits for", () => {
  const output = read(
    " +  pulumi:pulumi:Stack s creating (12s) waiting for kibana (0 of 1 running, starting), jenkins (new)",
  );
  assert.equal(output.status, "waiting for kibana, jenkins");
});

test("the summary is Pulumi's own count", () => {
  assert.equal(read("Resources:\n    + 4 created\n\nDuration: 5s").summary, "4 created");
  assert.equal(read("Resources:\n    ~ 1 updated\n    4 unchanged\n\nDuration: 5s").summary, "1 updated, 4 unchanged");
  assert.equal(
    read("Resources:\n    ~ 1 updated\n    2 changes. 62 unchanged\n\nDuration: 5s").summary,
    "1 updated, 62 unchanged",
  );
  assert.equal(read("").summary, "nothing to do");
});

test("a failure is told in full, without the warnings about our own plugins", () => {
  const output = read(`Updating (a):
    pulumi:pulumi:Stack tiny-a running error: bad things
Diagnostics:
  pulumi:pulumi:Stack (tiny-a):
    warning: using pulumi-resource-random from $PATH at /x/pulumi-resource-random
    error: bad things
      second line

Resources:
    4 unchanged`);
  assert.equal(
    output.failure,
    "  pulumi:pulumi:Stack (tiny-a):\n    error: bad things\n      second line\n\nResources:\n    4 unchanged",
  );
});

test("without diagnostics a failure is the end of the output", () => {
  assert.equal(
    read("error: the stack is currently locked by 1 lock(s)").failure,
    "error: the stack is currently locked by 1 lock(s)",
  );
});
