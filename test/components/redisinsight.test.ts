import assert from "node:assert/strict";
import { test } from "node:test";
import { healthScript, instanceJson } from "../../src/components/redisinsight.ts";
import { exitCode } from "./shell.ts";

const redis = { host: "redis-stack-1", port: 6379, password: "secret-of-redis" };
const instance = JSON.parse(instanceJson(redis)) as { readonly name: string };

await test("RedisInsight is told of the one Redis there is", () => {
  const { name, ...rest } = instance;
  assert.deepEqual(rest, { ...redis, connectionType: "STANDALONE" });
  assert.match(name, /^studygiveway [0-9a-f]{4}$/);
});

await test("another password makes another entry, the same one does not", () => {
  assert.equal(instanceJson(redis), instanceJson({ ...redis }));
  const other = JSON.parse(instanceJson({ ...redis, password: "another-secret" })) as typeof instance;
  assert.notEqual(other.name, instance.name);
});

interface Answers {
  readonly lives?: boolean;
  /** The names in its list. */
  readonly names?: readonly string[];
  readonly takes?: boolean;
}

/** Whether the check passes, where the entry may be added once and only as it is written here. */
function healthy({ lives = true, names = [], takes }: Answers): boolean {
  const script = healthScript(8001).replaceAll("/run/secrets/redisinsight_instance", '"$HERE/instance"');
  const list = JSON.stringify({ instances: names.map((name) => ({ name })) });
  const curl = `
case "$*" in
  *" http://127.0.0.1:8001/healthcheck/") exit ${lives ? 0 : 22} ;;
  *" -d @$HERE/instance http://127.0.0.1:8001/api/instance/") exit ${takes === true ? 0 : 22} ;;
  *" http://127.0.0.1:8001/api/instance/") echo '${list}' ;;
  *) exit 2 ;;
esac`;
  return exitCode(script, { curl }, { instance: instanceJson(redis) }) === 0;
}

await test("its health check adds the entry where there is none yet", () => {
  assert.equal(healthy({ takes: true }), true);
  assert.equal(healthy({ takes: false }), false);
  assert.equal(healthy({ names: ["studygiveway 0000"], takes: false }), false, "the entry of another password");
});

await test("and adds none where it is", () => {
  assert.equal(healthy({ names: ["studygiveway 0000", instance.name] }), true);
});

await test("and asks for nothing more where RedisInsight itself does not answer", () => {
  assert.equal(healthy({ lives: false, names: [instance.name], takes: true }), false);
});
