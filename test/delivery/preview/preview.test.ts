import assert from "node:assert/strict";
import { test } from "node:test";
import { type Preview, previewOf, previewSchema } from "../../../src/delivery/preview/foretold.ts";
import { previewMarkdown, previewText } from "../../../src/delivery/preview/text.ts";
import { recorded } from "./recorded.ts";

const stack = "staging-pr-7";
const updates = previewOf(stack, recorded("updates"));
const replacements = previewOf(stack, recorded("replacements"));
const fresh = previewOf(stack, recorded("fresh"));

function group(preview: Preview, service: string | null) {
  const found = preview.groups.find((one) => one.service === service);
  assert.ok(found, `no group ${String(service)}`);
  return found;
}

const serviceChange = (preview: Preview, service: string) => {
  const change = group(preview, service).changes.find(({ kind }) => kind === "service");
  assert.ok(change);
  return change;
};

await test("a service's files and the service are one group; what services share stands last", () => {
  assert.deepEqual(
    updates.groups.map(({ service, changes }) => [service, changes.map(({ kind, name }) => `${kind} ${name}`)]),
    [
      ["daphne", ["service daphne", "secret daphne-connections"]],
      ["nginx", ["service nginx"]],
      ["postgres-1", ["service postgres-1", "secret postgres-1-postgres_app_password"]],
      [null, ["credential postgresAppPassword"]],
    ],
  );
});

await test("a replacement is one change, though the engine has three steps for it", () => {
  const ops = replacements.groups.flatMap(({ changes }) =>
    changes.map(({ kind, name, op }) => `${kind} ${name} ${op}`),
  );
  assert.equal(new Set(ops).size, ops.length);
  assert.ok(ops.includes("service haproxy replace"));
  assert.ok(ops.includes("network app replace"));
});

await test("more copies of nginx: harmless, in place, and nothing else is named", () => {
  const nginx = serviceChange(updates, "nginx");
  assert.deepEqual(nginx.fields, [{ name: "replicas", from: "1", to: "2" }]);
  assert.deepEqual([nginx.risk, nginx.reason], ["harmless", "in place, no task restarts"]);
});

await test("a new image of a start-first service is rolling; digests are cut", () => {
  const daphne = serviceChange(updates, "daphne");
  assert.equal(daphne.risk, "harmless");
  assert.match(daphne.reason, /^rolling/);
  assert.deepEqual(daphne.fields[0], {
    name: "image",
    from: "stand-in/daphne:4.0.0",
    to: "registry.example.com/app@sha256:111111111111",
  });
});

await test("what shares a volume has downtime of seconds", () => {
  const postgres = serviceChange(updates, "postgres-1");
  assert.equal(postgres.risk, "has downtime");
  assert.match(postgres.reason, /some seconds/);
  assert.deepEqual(
    postgres.fields.map(({ name }) => name),
    ["secret /run/secrets/postgres_app_password", "resources.limits.memoryBytes"],
  );
});

await test("another volume or a data service gone: loses data, and says where the data stays", () => {
  assert.equal(replacements.risk, "loses data");
  assert.equal(serviceChange(replacements, "postgres-1").risk, "loses data");
  assert.match(serviceChange(replacements, "postgres-1").reason, /volume staging-pr-7-postgres-1 stays/);
  assert.equal(serviceChange(replacements, "minio-1").risk, "loses data");
  assert.match(previewText(replacements), /^loses data: minio-1, postgres-1; has downtime: /m);
});

await test("a service without data that goes or is replaced has downtime", () => {
  assert.equal(serviceChange(replacements, "memcached-admin").risk, "has downtime");
  assert.equal(serviceChange(replacements, "haproxy").risk, "has downtime");
});

await test("a network that is replaced and a password that is another have downtime", () => {
  const shared = group(replacements, null).changes.map(({ kind, name, risk }) => [kind, name, risk]);
  assert.deepEqual(shared, [
    ["network", "app", "has downtime"],
    ["credential", "redisStackPassword", "has downtime"],
  ]);
});

await test("a new stack is one line of names", () => {
  assert.equal(
    previewText(fresh),
    "staging-pr-7: 10 to be created, 0 unchanged\n\nnew: daphne, minio-1, nginx, networks and credentials\n\nharmless\n",
  );
});

await test("nothing to change is said in one line", () => {
  const none = previewOf(stack, recorded("fresh").map(unchanged));
  assert.equal(previewText(none), "staging-pr-7: 10 unchanged\n");
  assert.match(previewMarkdown(none), /^#### `staging-pr-7`: no changes\n/);
});

function unchanged(event: ReturnType<typeof recorded>[number]) {
  const { resourcePreEvent } = event;
  if (resourcePreEvent !== undefined) (resourcePreEvent.metadata as { op: string }).op = "same";
  return event;
}

await test("the comment is a table with the same words", () => {
  const markdown = previewMarkdown(updates);
  assert.match(markdown, /^#### `staging-pr-7`: has downtime: postgres-1, networks and credentials$/m);
  assert.match(
    markdown,
    /^\| `nginx` \| service updated: `replicas` `1` → `2` \| \*\*harmless\*\*: in place, no task restarts \|$/m,
  );
  for (const row of markdown.split("\n").filter((line) => line.startsWith("|"))) {
    assert.equal(row.split(/(?<!\\)\|/).length, 5, row);
  }
});

await test("the JSON form is what its schema says", () => {
  for (const preview of [updates, replacements, fresh]) {
    assert.deepEqual(previewSchema.parse(JSON.parse(JSON.stringify(preview))), preview);
  }
});
