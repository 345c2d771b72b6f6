import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change } from "../../../src/delivery/preview/change.ts";
import { fieldsOf } from "../../../src/delivery/preview/field.ts";
import { type Inputs, unknownValue } from "../../../src/delivery/preview/inputs.ts";
import { riskOf } from "../../../src/delivery/preview/risk.ts";

const service = (labels: Inputs, container: Inputs = {}, order = "start-first"): Inputs => ({
  labels: Object.entries(labels).map(([label, value]) => ({ label, value })),
  mode: { replicated: { replicas: 1 } },
  taskSpec: { containerSpec: { image: "app:1", ...container } },
  updateConfig: { order },
});

const update = (before: Inputs, after: Inputs): Change => ({
  op: "update",
  kind: "service",
  name: "daphne",
  unit: "daphne",
  fields: fieldsOf({}, before, after),
  before,
  after,
});

await test("values are told of images, copies, routes and generations alone", () => {
  const before = service(
    { "traefik.http.routers.r.priority": "1", "traefik.http.middlewares.m.basicauth.users": "admin:old-hash" },
    { env: { TOKEN: "old-token" }, args: ["--password=old"], user: "1:1" },
  );
  const after = service(
    { "traefik.http.routers.r.priority": "9", "traefik.http.middlewares.m.basicauth.users": "admin:new-hash" },
    { env: { TOKEN: "new-token" }, args: ["--password=new"], user: "2:2" },
  );
  const fields = fieldsOf({}, before, after);
  assert.doesNotMatch(JSON.stringify(fields), /old-|new-|=old|=new|2:2/);
  assert.deepEqual(fields, [
    { name: "label traefik.http.routers.r.priority", isOfTask: false, from: "1", to: "9" },
    { name: "label traefik.http.middlewares.m.basicauth.users", isOfTask: false },
    { name: "env TOKEN", isOfTask: true },
    { name: "args", isOfTask: true },
    { name: "user", isOfTask: true },
  ]);
});

await test("a label more is one label, wherever it stands", () => {
  const fields = fieldsOf({}, service({ a: "1", b: "2" }), service({ first: "0", a: "1", b: "2" }));
  assert.deepEqual(fields, [{ name: "label first", isOfTask: false }]);
});

await test("the label of the form follows from the rest and is not told", () => {
  const fields = fieldsOf({}, service({ "studygiveway.form": "a" }), service({ "studygiveway.form": unknownValue }));
  assert.deepEqual(fields, []);
});

await test("of two masked values the engine says whether they differ", () => {
  const secret = { __defaults: ["name"], data: { ciphertext: "[secret]" }, name: "a-1" };
  const next = { ...secret, name: "a-2" };
  assert.deepEqual(fieldsOf({ diffs: ["data"] }, secret, next), [{ name: "data", isOfTask: false }]);
  assert.deepEqual(fieldsOf({}, secret, next), []);
});

await test("a change outside is told where the program asks for the same", () => {
  const diff = { diffKind: "update", inputDiff: false } as never;
  const detailedDiff = { "mode.replicated.replicas": diff, "taskSpec.containerSpec.sysctl": diff };
  assert.deepEqual(
    fieldsOf({ detailedDiff }, service({}), service({})).map(({ name }) => name),
    ["mode.replicated.replicas (changed outside)"],
  );
});

await test("a value that is known later only is called so", () => {
  const fields = fieldsOf({}, service({}), service({}, { image: unknownValue }));
  assert.deepEqual(fields, [{ name: "image", isOfTask: true, from: "app:1", to: "known later" }]);
});

await test("with two variables even a label restarts tasks, for the provider shuffles them", () => {
  const env = (count: number) => ({ env: Object.fromEntries(Array.from({ length: count }, (_, i) => [`V${i}`, "x"])) });
  const risk = (count: number, order: string) =>
    riskOf(update(service({ a: "1" }, env(count), order), service({ a: "2" }, env(count), order)));
  assert.deepEqual(risk(1, "stop-first"), { level: "harmless", reason: "in place, no task restarts" });
  assert.equal(risk(2, "start-first").level, "harmless");
  assert.match(risk(2, "start-first").reason, /rolling/);
  assert.equal(risk(2, "stop-first").level, "has downtime");
});

await test("a resource that sgw does not know is looked at before it goes", () => {
  const change = { kind: "other", name: "x", unit: undefined, fields: [], before: {}, after: {} } as const;
  assert.equal(riskOf({ ...change, op: "delete" }).level, "has downtime");
  assert.equal(riskOf({ ...change, op: "create" }).level, "harmless");
});
