import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { shell } from "./container.ts";
import { elastic, type LogLine, logLines } from "./elastic.ts";
import { containerOf, docker, eventually, fleetUp } from "./world.ts";

const release = "staging-pr-7";

/** The 16 services of the mission: where each runs, and under which name it logs. */
const services = [
  ...["minio-1", "postgres-1", "pgbouncer-1", "haproxy", "pgadmin", "redis-stack-1", "redisinsight", "memcached-1"],
  ...["memcached-admin", "daphne", "nginx"],
]
  .map((unit) => ({ stack: release, unit }))
  .concat(["elasticsearch-1", "logstash", "kibana", "traefik", "jenkins"].map((unit) => ({ stack: "platform", unit })));

const nameOf = (unit: string) => unit.replace(/-1$/, "");
const phrase = (text: string) => ({ match_phrase: { message: text } });

/** Says a line as the service itself: where its first process writes. */
function say(stack: string, unit: string, line: string): Promise<string> {
  return shell(`${stack}-${unit}`, `echo '${line}' > /proc/1/fd/1`);
}

before(() => fleetUp(["platform", release]));

describe("a line in Elasticsearch", () => {
  const marker = `marker${randomBytes(6).toString("hex")}`;

  before(async () => {
    for (const { stack, unit } of services) await say(stack, unit, `${marker} ${unit}`);
  });

  for (const { stack, unit } of services) {
    it(`of ${unit} says whose it is`, async () => {
      const line = await eventually(`${marker} ${unit}`, () => only(stack, `${marker} ${unit}`), { seconds: 90 });
      const { environment, pr, service, slot } = line;
      assert.deepEqual({ stack: line.stack, service }, { stack, service: nameOf(unit) });
      assert.equal(environment, stack === release ? "staging" : "platform");
      assert.equal(pr, stack === release ? "7" : undefined);
      assert.match(slot ?? "", unit === "traefik" ? /^[a-z0-9]{25}$/ : /^1$/);
    });

    it(`of ${unit} is there from its own start`, async () => {
      const own = {
        bool: { filter: [{ term: { service: nameOf(unit) } }], must_not: [phrase(marker)] },
      };
      const lines = await eventually(`a line of ${unit}`, async () => {
        const found = await logLines(stack, own, 1);
        assert.equal(found.length, 1);
        return found;
      });
      assert.notEqual(lines[0]?.message, "");
    });
  }

  it("carries no line of what is not ours", async () => {
    const stranger = await docker(
      ...["run", "--detach", "--network", "none", "--entrypoint", "echo", await anyImage(), `${marker} stranger`],
    );
    // Long enough for two scans of the log folder.
    await sleep(3000);
    await say(release, "daphne", `${marker} after the stranger`);
    await eventually("the line after it", () => only(release, `${marker} after the stranger`));
    await docker("rm", "--force", stranger.trim());
    const found = (await elastic("POST", "logs-*/_search", { query: phrase(`${marker} stranger`) })) as {
      hits: { hits: unknown[] };
    };
    assert.deepEqual(found.hits.hits, []);
  });
});

async function only(stack: string, text: string): Promise<LogLine> {
  const [line, ...more] = await logLines(stack, phrase(text));
  assert.ok(line !== undefined && more.length === 0, `${more.length + (line ? 1 : 0)} lines`);
  return line;
}

async function anyImage(): Promise<string> {
  const { Config } = await (await containerOf(`${release}-daphne`)).inspect();
  return Config.Image;
}

describe("a thousand numbered lines", () => {
  it("all arrive, though Logstash and Elasticsearch are killed meanwhile", async () => {
    const run = `run${randomBytes(6).toString("hex")}`;
    const count = 1000;
    // 25 lines a second, so that some come before, between and after.
    const loop = `i=0; while [ $i -lt ${count} ]; do i=$((i + 1)); echo "${run} $i" > /proc/1/fd/1; sleep 0.04; done`;
    const writing = shell(`${release}-daphne`, loop, 180);
    for (const unit of ["logstash", "elasticsearch-1", "logstash"]) {
      await sleep(8000);
      const { id } = await eventually(`${unit} runs`, () => containerOf(`platform-${unit}`), { seconds: 120 });
      await docker("kill", "--signal", "KILL", id);
    }
    await writing;
    await eventually(
      `${count} lines`,
      async () => {
        const lines = await logLines(release, phrase(run), 5000);
        const numbers = new Set(lines.map(({ message }) => Number(message.trim().split(" ")[1])));
        const missing = Array.from({ length: count }, (_, index) => index + 1).filter((each) => !numbers.has(each));
        assert.equal(missing.length, 0, `${missing.length} missing, the first of them ${missing[0] ?? ""}`);
      },
      { seconds: 300 },
    );
  });
});

describe("an index of log lines", () => {
  it("goes when it is older than LOG_RETENTION_DAYS, and not before", async () => {
    const day = (ago: number) =>
      new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10).replaceAll("-", ".");
    const days = Number(await shell("platform-elasticsearch-1", 'echo "$LOG_RETENTION_DAYS"'));
    const [young, old, older] = [days - 1, days + 1, days + 400].map((ago) => `logs-staging-pr-99-${day(ago)}`);
    const strange = `logs-staging-pr-99-notes`;
    const names = [young, old, older, strange].map(String);
    for (const name of names) await elastic("PUT", name, {});
    await shell("platform-elasticsearch-1", "bash /usr/local/bin/elasticsearch-housekeeping once", 120);
    const left = Object.keys((await elastic("GET", "logs-staging-pr-99-*")) as object);
    assert.deepEqual(left.sort(), [String(young), strange].sort());
    for (const name of left) await elastic("DELETE", name);
  });

  it("is mapped so that a stack and a service can be asked for by name", async () => {
    const mappings = (await elastic("GET", `logs-${release}-*/_mapping`)) as Record<
      string,
      { mappings: { properties: Record<string, { type?: string }> } }
    >;
    for (const { mappings: found } of Object.values(mappings)) {
      for (const field of ["stack", "environment", "pr", "service", "slot"]) {
        assert.equal(found.properties[field]?.type, "keyword", field);
      }
    }
  });
});
