import { quoted, shell } from "./container.ts";
import { elastic } from "./elastic.ts";

/** A place where data has to stay, and how a marker is put there and read back. */
export interface Store {
  readonly name: string;
  readonly stack: string;
  readonly unit: string;
  readonly write: (key: string, marker: string) => Promise<unknown>;
  readonly read: (key: string) => Promise<string>;
}

// As the application does it: through HAProxy and PgBouncer.
const psql = (release: string) =>
  `PGPASSWORD=$(cat /run/secrets/postgres_app_password) PGCONNECT_TIMEOUT=5 ` +
  `psql -X -q -v ON_ERROR_STOP=1 -At -h ${release}-haproxy -p 5432 -U app -d app -c `;
const redis = "REDISCLI_AUTH=$(cat /run/secrets/redis_stack_password) redis-cli -e ";
const mc =
  "export MC_CONFIG_DIR=/tmp/.mc-survival; mc -q alias set here http://127.0.0.1:9000 " +
  '"$(cat /run/secrets/minio_root_user)" "$(cat /run/secrets/minio_root_password)" > /dev/null; mc -q ';

function store(name: string, stack: string, unit: string, put: Line, get: (key: string) => string): Store {
  const service = `${stack}-${unit}`;
  return {
    ...{ name, stack, unit },
    write: (key, marker) => shell(service, put(key, marker)),
    read: async (key) => (await shell(service, get(key))).trim(),
  };
}

type Line = (key: string, marker: string) => string;

/** Those of a release with a data tier of its own, and of the platform. */
export function storesOf(release: string): readonly Store[] {
  return [
    store(
      "postgres",
      release,
      "postgres-1",
      (key, marker) =>
        psql(release) +
        quoted(
          `create table if not exists survival (key text primary key, marker text); ` +
            `insert into survival values ('${key}', '${marker}')`,
        ),
      (key) => psql(release) + quoted(`select marker from survival where key = '${key}'`),
    ),
    store(
      "redis-stack",
      release,
      "redis-stack-1",
      // Redis promises that it is on disk after one second.
      (key, marker) => `${redis} SET ${key} ${marker} && sleep 2`,
      (key) => `${redis} GET ${key}`,
    ),
    store(
      "minio",
      release,
      "minio-1",
      (key, marker) => `echo ${marker} > /tmp/${key} && ${mc} cp /tmp/${key} here/${release}/${key} && rm /tmp/${key}`,
      (key) => `${mc} cat here/${release}/${key}`,
    ),
    {
      ...{ name: "elasticsearch", stack: "platform", unit: "elasticsearch-1" },
      write: (key, marker) => elastic("PUT", `${release}-survival/_doc/${key}`, { marker }),
      read: async (key) =>
        ((await elastic("GET", `${release}-survival/_doc/${key}`)) as { _source?: { marker: string } })._source
          ?.marker ?? "",
    },
    store(
      "jenkins",
      "platform",
      "jenkins",
      (key, marker) => `echo ${marker} > /var/jenkins_home/${key}`,
      (key) => `cat /var/jenkins_home/${key}`,
    ),
  ];
}
