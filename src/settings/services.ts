/** How a service multiplies: by members with data of their own, by equal replicas, not at all, or with the nodes. */
export type Scale = "members" | "replicas" | "one" | "every node";

interface Defaults {
  readonly scale: Scale;
  readonly memoryMb: number;
  readonly cpus: number;
}

export const services = {
  traefik: { scale: "every node", memoryMb: 256, cpus: 1 },
  "docker-guard": { scale: "one", memoryMb: 64, cpus: 1 },
  jenkins: { scale: "one", memoryMb: 1024, cpus: 1 },
  elasticsearch: { scale: "members", memoryMb: 2048, cpus: 2 },
  logstash: { scale: "one", memoryMb: 1024, cpus: 1 },
  kibana: { scale: "one", memoryMb: 1024, cpus: 1 },
  filebeat: { scale: "every node", memoryMb: 256, cpus: 1 },
  etcd: { scale: "members", memoryMb: 128, cpus: 1 },
  postgres: { scale: "members", memoryMb: 512, cpus: 1 },
  pgbouncer: { scale: "members", memoryMb: 64, cpus: 1 },
  haproxy: { scale: "replicas", memoryMb: 128, cpus: 1 },
  pgadmin: { scale: "one", memoryMb: 512, cpus: 1 },
  "redis-stack": { scale: "members", memoryMb: 512, cpus: 1 },
  redisinsight: { scale: "one", memoryMb: 256, cpus: 1 },
  memcached: { scale: "members", memoryMb: 128, cpus: 1 },
  "memcached-admin": { scale: "one", memoryMb: 128, cpus: 1 },
  minio: { scale: "members", memoryMb: 512, cpus: 1 },
  daphne: { scale: "replicas", memoryMb: 256, cpus: 1 },
  nginx: { scale: "replicas", memoryMb: 64, cpus: 1 },
  backup: { scale: "one", memoryMb: 512, cpus: 1 },
} as const satisfies Record<string, Defaults>;

export type ServiceName = keyof typeof services;
export type StatefulName = {
  [S in ServiceName]: (typeof services)[S]["scale"] extends "members" ? S : never;
}[ServiceName];
export type StatelessName = Exclude<ServiceName, StatefulName>;

interface Size {
  /** Replaces the image of the table in src/images.ts. */
  readonly image: string | undefined;
  readonly memoryMb: number;
  readonly cpus: number;
}

/** Equal copies without data; 1 for a service that runs once, or once on every node. */
export interface StatelessSettings extends Size {
  readonly replicas: number;
}

/** Copies that each have a volume and a name of their own (postgres-1). */
export interface StatefulSettings extends Size {
  readonly members: number;
}

export type Services = { readonly [S in StatelessName]: StatelessSettings } & {
  readonly [S in StatefulName]: StatefulSettings;
};
