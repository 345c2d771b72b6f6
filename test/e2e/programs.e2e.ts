import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { dockerGuardConfig } from "../../src/components/docker-guard.ts";
import { elasticsearchYaml } from "../../src/components/elasticsearch/index.ts";
import { rolesYaml, usersRolesFile } from "../../src/components/elasticsearch/users.ts";
import { etcdFlags } from "../../src/components/etcd.ts";
import { filebeatYaml } from "../../src/components/filebeat.ts";
import { haproxyConfig } from "../../src/components/haproxy.ts";
import { kibanaYaml } from "../../src/components/kibana.ts";
import { logstashPipeline, logstashYaml } from "../../src/components/logstash.ts";
import { memcachedFlags } from "../../src/components/memcached.ts";
import { nginxConfig } from "../../src/components/nginx.ts";
import { pgbouncerIni } from "../../src/components/pgbouncer.ts";
import { patroniYaml } from "../../src/components/postgres/patroni.ts";
import { redisConfig } from "../../src/components/redis-stack.ts";
import {
  acmeFolder,
  certificateFile,
  keyFile,
  tlsFile,
  tlsYaml,
  traefikFlags,
} from "../../src/components/traefik/flags.ts";
import { bcryptHash } from "../../src/docker/credential.ts";
import { type Tls } from "../../src/settings/index.ts";
import { certificate, key } from "../settings/pem.ts";
import { judgeOf, type Program, spoiled, tried } from "./program.ts";
import { settings } from "./settings.ts";

const { ports } = settings;
const password = "of-no-use-elsewhere";
const logstash = "/usr/share/logstash";
const elasticsearch = "/usr/share/elasticsearch";
const elasticUsers = [{ name: "somebody", password, roles: ["log-reader", "app-qa"] }];

function elasticsearchScript(name: string): string {
  return readFileSync(new URL(`../../src/components/elasticsearch/${name}.sh`, import.meta.url), "utf8");
}

/** Patroni checks the file alone; what the entry point adds from the environment has to stand in it. */
function wholePatroniYaml(): string {
  const login = (user: string) => `{username: ${user}, password: ${password}}`;
  return (
    `name: postgres-1\n` +
    patroniYaml(["etcd-1"], ports)
      .replace("restapi:\n", `restapi:\n  connect_address: postgres-1:${ports.patroni}\n`)
      .replace(
        "\npostgresql:\n",
        `\npostgresql:\n  connect_address: postgres-1:${ports.postgres}\n  data_dir: /tmp/none\n` +
          `  authentication: {superuser: ${login("postgres")}, replication: ${login("replicator")}}\n`,
      )
      .replaceAll("etcd-1:", "127.0.0.1:")
  );
}

function haproxy(members: readonly number[]): Program {
  return {
    service: "haproxy",
    user: "99:99",
    files: { "/haproxy.cfg": haproxyConfig(members.map(pair), ports) },
    command: ["haproxy", "-c", "-f", "/haproxy.cfg"],
    spoil: ["mode tcp", "mode sideways"],
  };
}

function traefik(tls: Tls) {
  return {
    service: "traefik",
    args: traefikFlags({ ports, tls, engine: "tcp://127.0.0.1:2375" }),
    works: `traefik healthcheck --ping=true --ping.entrypoint=ping --entrypoints.ping.address=:${ports.traefikPing}`,
  } as const;
}

const selfSigned = traefik({ mode: "self-signed" });
const acme = traefik({ mode: "acme", email: "admin@example.org", server: "https://ca.example.org/dir" });

const programs: Readonly<Record<string, Program>> = {
  "haproxy takes haproxy.cfg of the database": haproxy([1]),
  "haproxy takes haproxy.cfg of a database with two members": haproxy([1, 2]),
  "haproxy takes haproxy.cfg of the Docker socket's guard": {
    service: "docker-guard",
    user: "0:0",
    files: { "/haproxy.cfg": dockerGuardConfig(ports.dockerGuard, ports.haproxyHealth) },
    command: ["haproxy", "-c", "-f", "/haproxy.cfg"],
    spoil: ["mode http", "mode sideways"],
  },
  "nginx takes nginx.conf": {
    service: "nginx",
    user: "101:101",
    files: { "/etc/nginx/nginx.conf": nginxConfig(ports.nginx, "daphne:8000") },
    command: ["nginx", "-t"],
    tmpfs: ["/var/cache/nginx"],
    spoil: ["worker_connections", "worker_connexions"],
  },
  "traefik starts with its flags": {
    ...selfSigned,
    user: "65534:65534",
    spoil: ["--ping=true", "--pong=true"],
  },
  "traefik starts with ACME and its store": {
    ...acme,
    user: "0:0",
    tmpfs: [acmeFolder],
    works: `${acme.works} && test -e ${acmeFolder}/acme.json`,
    spoil: ["acme.email", "acme.mail"],
  },
  "traefik starts with a certificate and shows that one": {
    ...traefik({ mode: "files", certificate, key }),
    user: "65534:65534",
    files: { [tlsFile]: tlsYaml(), [certificateFile]: certificate, [keyFile]: key },
    works: `curl -kv --noproxy '*' https://127.0.0.1:${ports.traefikWebsecure} 2>&1 | grep 'subject: CN=example.com'`,
    asks: "from outside",
    spoil: ["file.filename", "file.name"],
  },
  "pgbouncer starts with pgbouncer.ini and has what stands there": {
    service: "pgbouncer",
    user: "70:70",
    files: {
      "/etc/pgbouncer/pgbouncer.ini": pgbouncerIni(ports.pgbouncer),
      "/run/secrets/pgbouncer_userlist": `"pgbouncer" "${password}"\n`,
    },
    env: { PG_HOST: "127.0.0.1", PG_PORT: "5432", PGBOUNCER_PORT: String(ports.pgbouncer) },
    works:
      `PGPASSWORD=${password} psql -h 127.0.0.1 -p ${ports.pgbouncer} -U pgbouncer -d pgbouncer -Atc 'SHOW CONFIG' ` +
      `| grep '^pool_mode|transaction'`,
    spoil: ["pool_mode = transaction", "pool_mode = sideways"],
  },
  "patroni takes patroni.yml": {
    service: "postgres",
    user: "70:70",
    files: { "/patroni.yml": wholePatroniYaml() },
    hostname: "postgres-1",
    // It also wants to reach what it is told of as etcd.
    command: [
      "bash",
      "-c",
      `python3 -m http.server ${ports.etcd} --bind 127.0.0.1 --directory /tmp & ` +
        `until : < /dev/tcp/127.0.0.1/${ports.etcd}; do sleep 0.1; done 2> /dev/null; ` +
        `patroni --validate-config --ignore-listen-port /patroni.yml`,
    ],
    spoil: ["loop_wait: 3", "loop_wait: soon"],
  },
  "etcd starts with its flags": {
    service: "etcd",
    user: "1000:1000",
    command: ["etcd"],
    args: etcdFlags("etcd-1", ["etcd-1"], ports),
    hostname: "etcd-1",
    tmpfs: ["/var/lib/etcd"],
    works: `etcdctl --endpoints=http://127.0.0.1:${ports.etcd} endpoint health`,
    spoil: ["=periodic", "=never"],
  },
  "redis-server starts with redis-stack.conf, modules and all": {
    service: "redis-stack",
    user: "0:0",
    files: { "/redis-stack.conf": redisConfig(password, ports.redisStack, 256) },
    tmpfs: ["/data"],
    works: `REDISCLI_AUTH=${password} redis-cli -p ${ports.redisStack} JSON.SET a '$' 1 | grep OK`,
    spoil: ["noeviction", "sometimes"],
  },
  "memcached starts with its flags": {
    service: "memcached",
    user: "11211:11211",
    command: ["memcached"],
    args: memcachedFlags(ports.memcached, 64),
    works: `printf 'stats settings\\r\\nquit\\r\\n' | nc -w 2 127.0.0.1 ${ports.memcached} | grep 'maxbytes 50331648'`,
    spoil: ["2m", "2000m"],
  },
  "filebeat takes filebeat.yml": {
    service: "filebeat",
    user: "0:0",
    files: { "/filebeat.yml": filebeatYaml("logstash:5044") },
    command: ["filebeat", "test", "config", "-c", "/filebeat.yml", "--path.data", "/tmp", "--path.logs", "/tmp"],
    spoil: ["output.logstash", "output.nowhere"],
  },
  "logstash starts with its pipeline": {
    service: "logstash",
    user: "1000:1000",
    files: {
      [`${logstash}/config/logstash.yml`]: logstashYaml(ports.logstashApi),
      [`${logstash}/pipeline/logstash.conf`]: logstashPipeline({
        hosts: ["http://e:9200"],
        user: "u",
        password,
        ports,
      }),
    },
    tmpfs: [`${logstash}/data`],
    works: `curl -fsS -m 3 http://127.0.0.1:${ports.logstashApi}/_node/pipelines`,
    spoil: ["output {", "output ["],
  },
  "kibana starts with kibana.yml": {
    service: "kibana",
    user: "1000:1000",
    files: {
      "/usr/share/kibana/config/kibana.yml": kibanaYaml({
        ...{ port: ports.kibana, url: "https://kibana.example.org", hosts: ["http://127.0.0.1:9200"] },
        ...{ user: "kibana-server", password, encryptionKey: "k".repeat(40) },
      }),
    },
    tmpfs: ["/usr/share/kibana/data"],
    works: `curl -sS -m 3 -o /dev/null http://127.0.0.1:${ports.kibana}/api/status`,
    // Kibana refuses to be the superuser.
    spoil: ['"kibana-server"', '"elastic"'],
  },
  "elasticsearch starts with its settings, roles and users": {
    service: "elasticsearch",
    user: "1000:0",
    files: {
      "/usr/local/bin/elasticsearch-entrypoint": elasticsearchScript("entrypoint"),
      "/usr/local/bin/elasticsearch-housekeeping": elasticsearchScript("housekeeping"),
      "/run/secrets/elastic_password": password,
      [`${elasticsearch}/config/elasticsearch.yml`]: elasticsearchYaml("elasticsearch-1", ports),
      [`${elasticsearch}/config/roles.yml`]: rolesYaml(),
      [`${elasticsearch}/config/users`]: `somebody:${bcryptHash("somebody", password)}\n`,
      [`${elasticsearch}/config/users_roles`]: usersRolesFile(elasticUsers),
    },
    command: ["/bin/bash", "/usr/local/bin/elasticsearch-entrypoint"],
    env: {
      ELASTIC_PASSWORD_FILE: "/run/secrets/elastic_password",
      ES_JAVA_OPTS: "-Xms256m -Xmx256m",
      ES_PORT: String(ports.elasticsearch),
      LOG_RETENTION_DAYS: "7",
    },
    tmpfs: ["/run/elasticsearch", `${elasticsearch}/logs`, `${elasticsearch}/data`],
    works: `curl -fsS -m 3 -u somebody:${password} http://127.0.0.1:${ports.elasticsearch}/_security/_authenticate | grep app-qa`,
    spoil: ["discovery.type", "discovery.typo"],
  },
};

function pair(number: number) {
  return { postgres: `postgres-${number}`, pgbouncer: `pgbouncer-${number}` };
}

for (const [judge, cases = []] of Object.entries(Object.groupBy(Object.entries(programs), ([, one]) => judgeOf(one)))) {
  describe(judge, { concurrency: 2 }, () => {
    for (const [name, program] of cases) {
      it(name, async () => {
        const right = await tried(program);
        assert.ok(right.accepted, right.log);
        const wrong = await tried(spoiled(program));
        assert.ok(!wrong.accepted, `with ${program.spoil.join(" made ")} it is taken all the same`);
      });
    }
  });
}
