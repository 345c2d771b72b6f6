import assert from "node:assert/strict";
import { test } from "node:test";
import { formerReleases, liveEntry, rolloutOf, standingForm } from "../../src/cluster/ledger.ts";
import { admit, begunPromotion, formerOf, provenIn } from "../../src/delivery/admission.ts";
import { superseded } from "../../src/delivery/retire.ts";
import { firstPriority, topPriority } from "../../src/delivery/steps.ts";
import { entry } from "./entry.ts";

test("a pull request that is new to the environment is admitted", () => {
  admit([entry({ pr: 41, outcome: "live" })], "staging", 42, false);
  admit([], "staging", 1, false);
});

test("one that was destroyed is refused, unless it is to come back", () => {
  const entries = [entry({ pr: 42, outcome: "destroyed" })];
  assert.throws(() => {
    admit(entries, "staging", 42, false);
  }, /pull request 42: got one that was destroyed in staging .*, expected one that was not, sgw promote staging --pr 42 --revive /);
  admit(entries, "staging", 42, true);
});

test("a tombstone counts also after a revival that failed or was interrupted while it was taken back", () => {
  for (const outcome of ["going", "failed"] as const) {
    const entries = [entry({ pr: 42, outcome: "destroyed" }), entry({ pr: 42, step: "undo", outcome })];
    assert.throws(() => {
      admit(entries, "staging", 42, false);
    }, /one that was destroyed/);
  }
});

test("one that failed may try again", () => {
  admit([entry({ pr: 42, outcome: "failed" })], "staging", 42, false);
});

test("an older one never replaces a newer one that was live", () => {
  const refusal = /got one that is older than 42, which was live in qa, expected 42 or newer/;
  for (const outcome of ["live", "replaced", "destroyed"] as const) {
    assert.throws(() => {
      admit([entry({ pr: 42, outcome })], "qa", 41, false);
    }, refusal);
  }
  admit([entry({ pr: 42, outcome: "failed" })], "qa", 41, false);
});

test("a promotion goes on where it was interrupted, unless another one has taken its place", () => {
  const live = entry({ generation: 1, pr: 42, step: "retire", outcome: "live" });
  const going = entry({ generation: 2, pr: 43, step: "smoke", outcome: "going" });
  assert.equal(begunPromotion([live]), live);
  assert.equal(begunPromotion([live, going]), going);
  assert.equal(begunPromotion([live, going], 42), live);
  const next = entry({ generation: 2, pr: 43, step: "done", outcome: "live" });
  for (const outcome of ["replaced", "live"] as const)
    assert.equal(begunPromotion([{ ...live, outcome }, next]), undefined);
  assert.equal(begunPromotion([{ ...going, verb: "rollback" }]), undefined);
  assert.equal(begunPromotion([{ ...going, step: "done", outcome: "failed" }]), undefined);
});

test("what the stage before has proven is its live release, or the newest form of a pull request", () => {
  const entries = [
    entry({ generation: 1, pr: 41, outcome: "destroyed", image: "old" }),
    entry({ generation: 2, pr: 41, outcome: "failed", image: "bad" }),
    entry({ generation: 3, pr: 42, outcome: "live", image: "new" }),
  ];
  assert.equal(provenIn("staging", entries, undefined).image, "new");
  assert.equal(provenIn("staging", entries, 41).image, "old");
  assert.throws(() => provenIn("staging", entries, 43), /pull request 43: got one that was never live in staging/);
});

test("a rollback goes one form back each time", () => {
  const first = entry({ generation: 1, pr: 41, image: "a", outcome: "destroyed" });
  const second = entry({ generation: 2, pr: 42, image: "b", outcome: "replaced" });
  const third = entry({ generation: 3, pr: 43, image: "c", outcome: "live" });
  assert.equal(formerOf([first, second, third], third), second);
  const back = entry({ generation: 4, pr: 42, image: "b", origin: 2, verb: "rollback", outcome: "live" });
  assert.equal(formerOf([first, second, { ...third, outcome: "replaced" }, back], back), first);
  assert.equal(formerOf([first], first), undefined);
  assert.equal(formerOf([], undefined), undefined);
});

test("a release is deployed behind the live one, and switched above all that are there", () => {
  const entries = [
    entry({ generation: 1, pr: 41, priority: 104, outcome: "replaced" }),
    entry({ generation: 2, pr: 42, priority: 103, outcome: "live" }),
  ];
  assert.equal(firstPriority(entries, { environment: "prod", pr: 43 }), 1);
  assert.equal(topPriority(entries, 43), 105);
  // What a plain pulumi up made is in no ledger.
  assert.equal(firstPriority([], { environment: "prod", pr: 43 }), 1);
  assert.equal(topPriority([], 43), 101);
});

test("where each release has a host of its own, none waits behind another", () => {
  const entries = [entry({ pr: 41, priority: 101, outcome: "live" })];
  assert.equal(firstPriority(entries, { environment: "staging", pr: 42 }), 102);
});

test("a new form of the live release stays where it is", () => {
  const entries = [entry({ generation: 1, pr: 42, priority: 107, outcome: "live" })];
  assert.equal(firstPriority(entries, { environment: "prod", pr: 42 }), 107);
  assert.equal(topPriority(entries, 42), 107);
});

test("all former releases go but the newest that are kept", () => {
  const entries = [
    entry({ generation: 1, pr: 40, outcome: "destroyed" }),
    entry({ generation: 2, pr: 41, outcome: "replaced" }),
    entry({ generation: 3, pr: 42, outcome: "replaced" }),
    entry({ generation: 4, pr: 43, outcome: "replaced" }),
    entry({ generation: 5, pr: 43, outcome: "live" }),
  ];
  const numbers = (keep: number) => superseded(entries, 43, keep).map(({ pr }) => pr);
  assert.deepEqual(numbers(0), [42, 41]);
  assert.deepEqual(numbers(1), [41]);
  assert.deepEqual(numbers(2), []);
});

test("an earlier form of the live release takes no place among the former ones", () => {
  const entries = [
    entry({ generation: 1, pr: 42, outcome: "replaced" }),
    entry({ generation: 2, pr: 43, outcome: "replaced" }),
    entry({ generation: 3, pr: 43, outcome: "live" }),
  ];
  assert.deepEqual(
    formerReleases(entries).map(({ generation }) => generation),
    [1],
  );
});

test("the stage before loses the pull request that was promoted, and nothing else", () => {
  const entries = [entry({ pr: 41, outcome: "live" }), entry({ pr: 42, outcome: "destroyed" })];
  assert.equal(standingForm(entries, 41)?.pr, 41);
  assert.equal(standingForm(entries, 42), undefined);
});

test("a release runs its newest form that is neither a failure, nor taken back, nor gone", () => {
  const good = entry({ generation: 1, pr: 42, image: "good", outcome: "live", step: "done" });
  const bad = entry({ generation: 2, pr: 42, image: "bad", outcome: "going", step: "deploy" });
  assert.equal(rolloutOf([good, bad], 42)?.image, "bad");
  assert.equal(rolloutOf([good, { ...bad, step: "undo" }], 42)?.image, "good");
  assert.equal(rolloutOf([good, { ...bad, outcome: "failed" }], 42)?.image, "good");
  assert.equal(rolloutOf([{ ...good, outcome: "destroyed" }], 42), undefined);
  assert.equal(rolloutOf([good], 43), undefined);
  assert.equal(liveEntry([good, bad]), good);
});
