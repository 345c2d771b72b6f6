/** Every port the system listens on, by who listens; two of one row share a network namespace and must differ. */
export const listeners = {
  "the host": { http: 80, https: 443 },
  postgres: { postgres: 5432, patroni: 8008 },
  etcd: { etcd: 2379, etcdPeer: 2380 },
  pgbouncer: { pgbouncer: 6432 },
  haproxy: { postgresRw: 5432, postgresRo: 5433, haproxyHealth: 8404 },
  "redis-stack": { redisStack: 6379 },
  memcached: { memcached: 11211 },
  minio: { minio: 9000, minioConsole: 9001 },
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
export type PortName = KeysOf<(typeof listeners)[keyof typeof listeners]>;
export type Ports = Readonly<Record<PortName, number>>;
