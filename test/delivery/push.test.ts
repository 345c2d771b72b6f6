import assert from "node:assert/strict";
import { test } from "node:test";
import { type Context } from "../../src/delivery/context.ts";
import { push } from "../../src/delivery/push.ts";

Object.assign(process.env, { ENV_FILE: "/dev/null", REGISTRY_PREFIX: "studygiveway" });

/** What a push prints where the prefix names no registry; there is no Engine to ask. */
async function pushed(options: { readonly ifRegistry?: boolean; readonly json?: boolean }) {
  const written: string[] = [];
  const context = { json: options.json ?? false, out: (text: string) => void written.push(text) };
  return { code: await push(context as Context, { pr: 42, ...options }), text: written.join("") };
}

test("without a registry there is nothing to push to", async () => {
  await assert.rejects(pushed({}), { name: "Refused", message: /^REGISTRY_PREFIX: got "studygiveway"/ });
});

test("where a push may be left out, the image is called what it is called here", async () => {
  assert.deepEqual(await pushed({ ifRegistry: true }), { code: 0, text: "studygiveway/daphne:pr-42\n" });
  const { text } = await pushed({ ifRegistry: true, json: true });
  assert.deepEqual(JSON.parse(text), { image: "studygiveway/daphne:pr-42" });
});

test("a wrong setting is refused, whether or not there is a registry", async () => {
  process.env["REGISTRY_PREFIX"] = "https://registry.example.com/";
  await assert.rejects(pushed({ ifRegistry: true }), { name: "SettingsError" });
});
