import assert from "node:assert/strict";
import { test } from "node:test";
import { SettingsError } from "../../src/settings/problem.ts";
import { settingsFrom } from "../../src/settings/settings.ts";
import { badInputs } from "./bad-inputs.ts";
import { sources } from "./sources.ts";

test("the table holds at least 70 bad inputs", () => {
  assert.ok(badInputs.length >= 70, `${badInputs.length}`);
  assert.equal(new Set(badInputs.map(({ title }) => title)).size, badInputs.length);
});

for (const input of badInputs) {
  test(`refused: ${input.title}`, () => {
    const error = refusal(() => settingsFrom(sources(input)));
    const [title, ...lines] = error.message.split("\n");
    assert.match(title ?? "", /^\d+ problems? in the settings, nothing was changed:$/);
    for (const line of lines) assert.match(line, /^ {2}[^\s].*: got .+, expected .+, .+$/);
    const line = lines.find((text) => text.startsWith(`  ${input.says}`));
    assert.ok(line?.includes(input.remedy), `${input.says} ... ${input.remedy}\nis not in\n${error.message}`);
    if (input.secret !== undefined) assert.ok(!error.message.includes(input.secret), error.message);
  });
}

test("every problem is listed at once", () => {
  const error = refusal(() =>
    settingsFrom(
      sources({
        stack: "nowhere-pr-1",
        env: "HTTP_PORT=0\nPOSTGRES_PORT=1\nPATRONI_PORT=1\nDOMAIN=x\nADMIN_PASSWORD=short\nWHAT=1\nno assignment\nTLS_KEY_FILE=x",
      }),
    ),
  );
  const paths = error.problems.map((problem) => problem.path).sort();
  assert.deepEqual(paths, [
    ".env:7",
    "ADMIN_PASSWORD (.env:5)",
    "DOMAIN (.env:4)",
    "HTTP_PORT (.env:1)",
    "PATRONI_PORT (.env:3)",
    "TLS_CERTIFICATE_FILE",
    "TLS_KEY_FILE (.env:8)",
    "WHAT (.env:6)",
    "stack",
  ]);
});

function refusal(attempt: () => unknown): SettingsError {
  try {
    attempt();
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error;
  }
  assert.fail("nothing was refused");
}
