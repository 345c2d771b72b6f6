import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { root } from "../../tools/environment.ts";
import { type DeliveryMeasured, deliveryTable, type Part, statusTable } from "./delivery-report.ts";
import { withKeep } from "./deployer.ts";

const times = (by: number): Record<Part, number[]> => ({
  deploy: [8 * by, 6 * by, 60 * by],
  smoke: [5.2],
  switch: [1.94 * by],
  turn: [4 * by],
  retire: [],
  total: [20 * by, 22 * by],
  command: [24 * by],
});

const measured: DeliveryMeasured = {
  seconds: { promote: times(1), kept: times(0.5), redeployed: times(2) },
  status: { idle: [0.5, 0.4, 0.9], busy: [] },
};

describe("delivery report", () => {
  it("puts the ways to another release side by side, by the median of each step", () => {
    const text = deliveryTable(measured);
    assert.match(text, /^PROD +sgw promote prod +sgw rollback prod, release kept +sgw rollback prod, redeployed$/m);
    assert.match(text, /^deploy, until all are healthy +8\.0 s +4\.0 s +16\.0 s$/m);
    assert.match(text, /^trial at \/readyz +5\.2 s +5\.2 s +5\.2 s$/m);
    assert.match(text, /^switch, as users see it +1\.9 s +1\.0 s +3\.9 s$/m);
    assert.match(text, /^switch, until verified +4\.0 s +2\.0 s +8\.0 s$/m);
    assert.match(text, /^release before, until all are gone +- +- +-$/m);
    assert.match(text, /^all steps +21\.0 s +10\.5 s +42\.0 s$/m);
    assert.match(text, /^command, from start to end +24\.0 s +12\.0 s +48\.0 s$/m);
  });

  it("says how long a look at the status takes, and nothing where nobody looked", () => {
    assert.match(statusTable(measured), /^from start to end +0\.50 s +-$/m);
  });
});

describe("withKeep", () => {
  const text = readFileSync(join(root, "Pulumi.prod.yaml"), "utf8");
  const settings = (yaml: string) => (parse(yaml) as { config: Record<string, unknown> }).config;

  it("changes one setting of PROD and no other", () => {
    const before = settings(text);
    assert.deepEqual(settings(withKeep(text, 1)), { ...before, "studygiveway-infra:keep": 1 });
    assert.notEqual(before["studygiveway-infra:keep"], 1);
    assert.equal(withKeep(withKeep(text, 1), 0), withKeep(text, 0));
  });

  it("refuses settings that do not say it", () => {
    assert.throws(() => withKeep("config:\n  # studygiveway-infra:keep: 0\n", 1), /do not say how many/);
  });
});
