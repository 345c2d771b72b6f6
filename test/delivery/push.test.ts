import assert from "node:assert/strict";
import { test } from "node:test";
import { type Engine } from "../../src/cluster/engine.ts";
import { type Context } from "../../src/delivery/context.ts";
import { push } from "../../src/delivery/push.ts";

Object.assign(process.env, { ENV_FILE: "/dev/null", REGISTRY_PREFIX: "studygiveway" });

const id = `sha256:${"1".repeat(64)}`;

/** An Engine that has the image or not, and reaches no registry. */
function engineOf(has: boolean): Engine {
  const inspect = () =>
    has ? Promise.resolve({ Id: id }) : Promise.reject(Object.assign(new Error("no such image"), { statusCode: 404 }));
  return { getImage: () => ({ inspect }) } as unknown as Engine;
}

/** What a push prints where the prefix names no registry. */
async function pushed(options: { readonly ifRegistry?: boolean; readonly json?: boolean; readonly has?: boolean }) {
  const { has = true, json = false, ...rest } = options;
  const written: string[] = [];
  const context = { engine: engineOf(has), json, out: (text: string) => void written.push(text) };
  return { code: await push(context as Context, { pr: 42, ...rest }), text: written.join("") };
}

test("without a registry there is nothing to push to", async () => {
  await assert.rejects(pushed({}), { name: "Refused", message: /^REGISTRY_PREFIX: got "studygiveway"/ });
});

test("where a push may be left out, the image goes by its id: its name may be taken at a registry of strangers", async () => {
  assert.deepEqual(await pushed({ ifRegistry: true }), { code: 0, text: `${id}\n` });
  const { text } = await pushed({ ifRegistry: true, json: true });
  assert.deepEqual(JSON.parse(text), { image: id });
});

test("an image that was not built is named", async () => {
  await assert.rejects(pushed({ ifRegistry: true, has: false }), {
    name: "ImageError",
    message: "image studygiveway/daphne:pr-42: this node does not have it, run sgw build first",
  });
});

test("a wrong setting is refused, whether or not there is a registry", async () => {
  process.env["REGISTRY_PREFIX"] = "https://registry.example.com/";
  await assert.rejects(pushed({ ifRegistry: true }), { name: "SettingsError" });
});
