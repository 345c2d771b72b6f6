import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { filebeatYaml } from "../../src/components/filebeat.ts";

interface Filebeat {
  "filebeat.inputs": { type: string; close_removed: boolean }[];
  processors: Record<string, unknown>[];
  "output.logstash": { hosts: string[] };
}

const file = parse(filebeatYaml("logstash:5044")) as Filebeat;

await test("lines go to Logstash, and those of foreign containers nowhere", () => {
  assert.deepEqual(file["output.logstash"].hosts, ["logstash:5044"]);
  assert.deepEqual(file.processors[0], {
    drop_event: { when: { not: { has_fields: ["docker.attrs.studygiveway.stack"] } } },
  });
});

await test("every line carries who wrote it", () => {
  const rename = file.processors.find((processor) => "rename" in processor) as {
    rename: { fields: { from: string; to: string }[] };
  };
  assert.deepEqual(
    rename.rename.fields.map(({ to }) => to),
    ["stack", "environment", "pr", "service"],
  );
});

await test("the file of a removed container is read to its end", () => {
  assert.equal(file["filebeat.inputs"][0]?.close_removed, false);
});
