import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { javaOptions, logstashPipeline, logstashYaml } from "../../src/components/logstash.ts";

await test("the pipeline takes Beats and HTTP and writes an index for each stack and day", () => {
  const text = logstashPipeline({
    hosts: ["http://elasticsearch-1:9200"],
    user: "logstash",
    password: "secret-of-logstash",
    ports: { logstashBeats: 5044, logstashHttp: 8080 },
  });
  assert.match(text, /beats \{ port => 5044 \}/);
  assert.match(text, /http \{ port => 8080 \}/);
  assert.match(text, /hosts => \["http:\/\/elasticsearch-1:9200"\]/);
  assert.match(text, /index => "logs-%\{\[stack\]\}-%\{\+YYYY\.MM\.dd\}"/);
});

await test("what was acknowledged is on disk", () => {
  assert.equal((parse(logstashYaml(9600)) as Record<string, unknown>)["queue.type"], "persisted");
});

await test("JRuby may run what it unpacks", () => {
  assert.match(javaOptions(1024), /^-Xms512m -Xmx512m -Djava\.io\.tmpdir=\/usr\/share\/logstash\/data$/);
});
