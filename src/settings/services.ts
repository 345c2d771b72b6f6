/** How a service multiplies: by members with data of their own, by equal replicas, not at all, or with the nodes. */
export type Scale = "members" | "replicas" | "one" | "every node";

/** Where a service lives, so which settings may speak of it. */
type Home = "platform" | "environment" | "both";

interface Defaults {
  readonly home: Home;
  readonly scale: Scale;
  /** The limit in MB; what needs more is killed and started anew. */
  readonly memoryMb: number;
  /** The limit in processors; what needs more gets slower. */
  readonly cpus: number;
}

export const services = {
  // Holds what waits while the application stalls. Under 200 requests a second 512 MB were not enough for a few minutes
  // on a busy machine: the edge was killed, and all that came back at once filled the next one.
  traefik: { home: "platform", scale: "every node", memoryMb: 1024, cpus: 1 },
  "docker-guard": { home: "platform", scale: "one", memoryMb: 64, cpus: 1 },
  jenkins: { home: "platform", scale: "one", memoryMb: 1024, cpus: 1 },
  "jenkins-agent": { home: "platform", scale: "one", memoryMb: 2048, cpus: 2 },
  elasticsearch: { home: "platform", scale: "members", memoryMb: 2048, cpus: 2 },
  logstash: { home: "platform", scale: "one", memoryMb: 1024, cpus: 1 },
  kibana: { home: "platform", scale: "one", memoryMb: 1024, cpus: 1 },
  filebeat: { home: "platform", scale: "every node", memoryMb: 256, cpus: 1 },
  etcd: { home: "environment", scale: "members", memoryMb: 128, cpus: 1 },
  postgres: { home: "environment", scale: "members", memoryMb: 512, cpus: 1 },
  pgbouncer: { home: "environment", scale: "members", memoryMb: 64, cpus: 1 },
  haproxy: { home: "environment", scale: "replicas", memoryMb: 128, cpus: 1 },
  pgadmin: { home: "environment", scale: "one", memoryMb: 512, cpus: 1 },
  "redis-stack": { home: "environment", scale: "members", memoryMb: 512, cpus: 1 },
  redisinsight: { home: "environment", scale: "one", memoryMb: 256, cpus: 1 },
  memcached: { home: "environment", scale: "members", memoryMb: 128, cpus: 1 },
  "memcached-admin": { home: "environment", scale: "one", memoryMb: 128, cpus: 1 },
  minio: { home: "environment", scale: "members", memoryMb: 512, cpus: 1 },
  daphne: { home: "environment", scale: "replicas", memoryMb: 256, cpus: 1 },
  nginx: { home: "environment", scale: "replicas", memoryMb: 128, cpus: 1 },
  // Its image is built, but no stack has the service yet.
  backup: { home: "both", scale: "one", memoryMb: 512, cpus: 1 },
} as const satisfies Record<string, Defaults>;

export type ServiceName = keyof typeof services;
export type StatefulName = {
  [S in ServiceName]: (typeof services)[S]["scale"] extends "members" ? S : never;
}[ServiceName];
type StatelessName = Exclude<ServiceName, StatefulName>;

export const serviceNames = Object.keys(services) as ServiceName[];

interface Size {
  /** Replaces the image of the table in src/images.ts. */
  readonly image: string | undefined;
  readonly memoryMb: number;
  readonly cpus: number;
}

/** Equal copies without data; 1 for a service that runs once, or once on every node. */
interface StatelessSettings extends Size {
  readonly replicas: number;
}

/** Copies that each have a volume and a name of their own (postgres-1). */
interface StatefulSettings extends Size {
  readonly members: number;
}

export type Services = { readonly [S in StatelessName]: StatelessSettings } & {
  readonly [S in StatefulName]: StatefulSettings;
};
