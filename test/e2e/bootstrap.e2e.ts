import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { etcdFlags } from "../../src/components/etcd.ts";
import { patroniYaml } from "../../src/components/postgres/patroni.ts";
import { imageOf } from "../../src/images.ts";
import { run } from "../../tools/command.ts";
import { settings } from "./settings.ts";
import { docker, eventually } from "./world.ts";

// A database whose making is cut off, by a power loss for one, is made by whoever comes next. Nobody has to remove anything.

const { ports } = settings;
const [network, etcd, postgres, volume] = ["net", "etcd-1", "postgres-1", "data"].map(
  (name) => `studygiveway-bootstrap-${name}`,
) as [string, string, string, string];
const folder = mkdtempSync(join(tmpdir(), "studygiveway-bootstrap-"));
const stuck = join(folder, "stuck");
const secrets = ["postgres_superuser", "postgres_replication", "postgres_rewind", "pgbouncer", "postgres_app"];

before(async () => {
  writeFileSync(join(folder, "patroni.yml"), patroniYaml(["etcd-1"], ports));
  mkdirSync(join(folder, "secrets"));
  for (const name of [...secrets.map((secret) => `${secret}_password`), "patroni_restapi_password"])
    writeFileSync(join(folder, "secrets", name), "of-this-test");
  writeFileSync(stuck, "#!/bin/sh\necho the roles are due\nexec sleep 600\n");
  for (const file of [folder, stuck]) chmodSync(file, 0o755);
  await docker("network", "create", "--internal", network);
  const own = ["--network", network, "--network-alias", "etcd-1", "--tmpfs", "/var/lib/etcd:uid=1000,gid=1000"];
  const flags = etcdFlags("etcd-1", ["etcd-1"], ports);
  await docker("run", "--detach", "--name", etcd, ...own, imageOf("etcd", settings), "etcd", ...flags);
});

after(async () => {
  for (const words of [
    ["rm", "--force", "--volumes", etcd],
    ["network", "rm", network],
  ])
    await run(["docker", ...words], { timeoutSeconds: 60 });
  rmSync(folder, { recursive: true });
});

/** The next cluster is another one. */
afterEach(async () => {
  await run(["docker", "rm", "--force", postgres], { timeoutSeconds: 60 });
  await docker("volume", "rm", "--force", volume);
  await docker("exec", etcd, "etcdctl", `--endpoints=http://127.0.0.1:${ports.etcd}`, "del", "--prefix", "/db/");
});

/** Where it is to be cut off, the making goes no further than to the roles: it might be done before the kill comes. */
async function start({ isStuck = false } = {}): Promise<void> {
  const own = ["--network", network, "--hostname", "postgres-1", "--init", "--cap-drop", "ALL"];
  const mounts = [
    `${volume}:/var/lib/postgresql/data`,
    `${folder}/patroni.yml:/etc/patroni/patroni.yml:ro`,
    `${folder}/secrets:/run/secrets:ro`,
    ...(isStuck ? [`${stuck}:/usr/local/bin/post-bootstrap:ro`] : []),
  ].flatMap((mount) => ["--volume", mount]);
  await docker("run", "--detach", "--name", postgres, ...own, ...mounts, imageOf("postgres", settings));
}

async function said(): Promise<string> {
  const { stdout, stderr } = await run(["docker", "logs", postgres], { timeoutSeconds: 30 });
  return stdout + stderr;
}

/** Kills everything in the container at once, and takes it away. */
async function cutOff(): Promise<void> {
  await docker("kill", postgres);
  await docker("rm", postgres);
}

function isPrimary(): Promise<string> {
  return docker(
    "exec",
    postgres,
    "wget",
    "-q",
    "-T",
    "2",
    "-O",
    "/dev/null",
    `http://127.0.0.1:${ports.patroni}/primary`,
  );
}

function sql(text: string): Promise<string> {
  return docker("exec", postgres, "psql", "-p", String(ports.postgres), "-U", "postgres", "-d", "app", "-Atc", text);
}

const moments: Readonly<Record<string, RegExp>> = {
  "its files are made": /creating subdirectories/,
  "its catalog is filled": /performing post-bootstrap initialization/,
  "the server runs for the first time": /the roles are due/,
};

for (const [moment, sign] of Object.entries(moments)) {
  test(`a cluster that is cut off while ${moment} begins anew`, async () => {
    await start({ isStuck: true });
    await eventually(
      moment,
      async () => {
        assert.match(await said(), sign);
      },
      { seconds: 90 },
    );
    await cutOff();
    await start();
    await eventually("it is the primary", isPrimary, { seconds: 90 });
    assert.match(await said(), /postgres-takeback: the making of this cluster was cut off/);
    await eventually("the roles are there", () => sql("select 1"), { seconds: 60 });
  });
}

test("a cluster that is made is never made anew, however often it is cut off", async () => {
  await start();
  await eventually("it is the primary", isPrimary, { seconds: 90 });
  await eventually("the database is there", () => sql("create table kept as select 42 as answer"));
  for (const moment of ["once", "twice"]) {
    await cutOff();
    await start();
    const answer = await eventually(`it answers, ${moment}`, () => sql("select answer from kept"), { seconds: 90 });
    assert.equal(answer.trim(), "42");
    assert.doesNotMatch(await said(), /postgres-takeback/);
  }
});
