import { resolve } from "node:path";
import { test } from "node:test";
import { registrations, settingsOf } from "../registrations.ts";

// A name that changes deletes what had it: a difference here is a deletion until the opposite is shown.
// After a wanted change: npm run golden
for (const stack of ["platform", "staging-pr-7", "qa-pr-7", "prod-data", "prod-pr-7"]) {
  await test(`${stack} registers the resources of its golden list`, async (t) => {
    const rows = await registrations(settingsOf(stack));
    const lines = rows.map(({ type, name, parent }) => `${type} ${name} < ${parent}`).sort();
    t.assert.fileSnapshot(lines, resolve(import.meta.dirname, "golden", `${stack}.txt`), {
      serializers: [(value: unknown) => `${(value as string[]).join("\n")}\n`],
    });
  });
}
