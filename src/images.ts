import { type ServiceName, type Settings } from "./settings/index.ts";

export interface Image {
  /** The vendor's reference; `own` for those built from images/. */
  readonly official: string | { readonly own: string };
  /** The stand-in of test/stand-ins that keeps the same contract; its tag is what could be obtained. */
  readonly standIn: string;
  /** The variable of .env without which the service is no part of the system. */
  readonly only?: "REPOSITORY_URL";
}

/** Every image of the system. A service's `image` setting wins over this table. */
export const images: Readonly<Record<ServiceName, Image>> = {
  traefik: { official: "traefik:v2.11.0-rc2", standIn: "traefik:2.11.0" },
  "docker-guard": { official: "haproxy:3.0-alpine", standIn: "haproxy:3.0.11" },
  jenkins: { official: { own: "jenkins:2.443" }, standIn: "jenkins:2.443" },
  "jenkins-agent": { official: { own: "jenkins-agent:1" }, standIn: "jenkins-agent:1", only: "REPOSITORY_URL" },
  elasticsearch: {
    official: "docker.elastic.co/elasticsearch/elasticsearch:8.12.1",
    standIn: "elasticsearch:8.12.1",
  },
  logstash: { official: "docker.elastic.co/logstash/logstash:8.11.0", standIn: "logstash:8.11.0" },
  kibana: { official: "docker.elastic.co/kibana/kibana:8.12.0", standIn: "kibana:8.12.0" },
  filebeat: { official: "docker.elastic.co/beats/filebeat:8.12.1", standIn: "filebeat:7.17.18" },
  etcd: { official: { own: "etcd:3.5.16" }, standIn: "etcd:3.5.16" },
  postgres: { official: { own: "postgres:16.1" }, standIn: "postgres:16.1" },
  pgbouncer: { official: { own: "pgbouncer:1.22.0" }, standIn: "pgbouncer:1.24.1" },
  haproxy: { official: "haproxy:3.0-alpine", standIn: "haproxy:3.0.11" },
  pgadmin: { official: "dpage/pgadmin4:8.3", standIn: "pgadmin:9.18" },
  "redis-stack": { official: "redis/redis-stack-server:7.2.0-v9", standIn: "redis-stack:7.2.0-v9" },
  redisinsight: { official: "redislabs/redisinsight:1.14.0", standIn: "redisinsight:1.14" },
  memcached: { official: "memcached:1.6.23-alpine3.19", standIn: "memcached:1.6.38" },
  "memcached-admin": { official: "hatamiarash7/memcached-admin:latest", standIn: "memcached-admin:latest" },
  minio: { official: "minio/minio:RELEASE.2024-02-04T22-36-13Z", standIn: "minio:2026-02-12" },
  daphne: { official: { own: "daphne:4.0.0" }, standIn: "daphne:4.0.0" },
  nginx: { official: "nginx:1.23.4-alpine", standIn: "nginx:1.26.3" },
  backup: { official: { own: "backup:1" }, standIn: "backup:1" },
};

/** The reference a service runs with these settings. */
export function imageOf(service: ServiceName, { images: choice, services }: Settings): string {
  const set = services[service].image;
  if (set !== undefined) return set;
  const { official, standIn } = images[service];
  if (choice.source === "stand-in") return `stand-in/${standIn}`;
  return typeof official === "string" ? official : `${choice.prefix}/${official.own}`;
}
