import { z } from "zod";
import { field, type Problem } from "./problem.ts";
import { parseInteger } from "./units.ts";

/** Every port the system listens on, by who listens; two of one row share an address and must differ. */
const listeners = {
  "the host": { http: 80, https: 443 },
  postgres: { postgres: 5432, patroni: 8008 },
  etcd: { etcd: 2379, etcdPeer: 2380 },
  pgbouncer: { pgbouncer: 6432 },
  haproxy: { postgresRw: 5432, postgresRo: 5433, haproxyHealth: 8404 },
  "redis-stack": { redisStack: 6379 },
  memcached: { memcached: 11211 },
  minio: { minio: 9000 },
  elasticsearch: { elasticsearch: 9200, elasticsearchTransport: 9300 },
  logstash: { logstashBeats: 5044, logstashHttp: 8080, logstashApi: 9600 },
  kibana: { kibana: 5601 },
  daphne: { daphne: 8000 },
  nginx: { nginx: 8080 },
  pgadmin: { pgadmin: 5050 },
  redisinsight: { redisinsight: 8001 },
  jenkins: { jenkins: 8080, jenkinsAgent: 50000 },
  traefik: { traefikWeb: 8080, traefikWebsecure: 8443, traefikPing: 8082 },
  "docker-guard": { dockerGuard: 2375 },
} as const;

type KeysOf<T> = T extends unknown ? keyof T : never;
type PortName = KeysOf<(typeof listeners)[keyof typeof listeners]>;
export type Ports = Readonly<Record<PortName, number>>;

const rows = Object.entries(listeners).map(([listener, ports]) => ({
  listener,
  names: Object.keys(ports) as PortName[],
}));
const defaults = Object.assign({}, ...Object.values(listeners)) as Ports;
export const portNames = Object.keys(defaults) as PortName[];

// The Swarm listens there itself, on every address of the host.
const swarm = [2377, 7946];

function isFree(name: PortName, port: number): boolean {
  const taken = name === "http" || name === "https" ? swarm : [];
  return port >= 1 && port <= 65_535 && !taken.includes(port);
}

function port(name: PortName): z.ZodType<number> {
  const text = z
    .string()
    .transform((digits) => parseInteger(digits) ?? 0)
    .refine((number) => isFree(name, number))
    .default(defaults[name]);
  const isPublic = name === "http" || name === "https";
  return field(
    text,
    `an integer from 1 to 65535${isPublic ? " other than the Swarm's own 2377 and 7946" : ""}`,
    `write digits only, or leave it empty for ${defaults[name]}`,
  );
}

export const portSchema = z.strictObject(
  Object.fromEntries(portNames.map((name) => [name, port(name)])) as Record<PortName, z.ZodType<number>>,
);

/** Two ports of one listener that are the same. */
export function portClashes(ports: Partial<Ports>, path: (name: PortName) => string): Problem[] {
  return rows.flatMap(({ listener, names }) =>
    names.flatMap((name, index) => {
      const twin = names.slice(0, index).find((other) => ports[other] !== undefined && ports[other] === ports[name]);
      if (twin === undefined) return [];
      return [
        {
          path: path(name),
          got: `${ports[name]}, as ${path(twin)} has it`,
          expected: `another port than that, because both are ports of ${listener}`,
          remedy: "change one of the two",
        },
      ];
    }),
  );
}
