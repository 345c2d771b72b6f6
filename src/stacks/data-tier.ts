import * as pulumi from "@pulumi/pulumi";
import { Etcd } from "../components/etcd.ts";
import { Haproxy } from "../components/haproxy.ts";
import { MemcachedAdmin } from "../components/memcached-admin.ts";
import { Memcached } from "../components/memcached.ts";
import { Minio } from "../components/minio.ts";
import { Pgadmin } from "../components/pgadmin.ts";
import { Pgbouncer } from "../components/pgbouncer.ts";
import { Postgres } from "../components/postgres/index.ts";
import { Redisinsight } from "../components/redisinsight.ts";
import { RedisStack } from "../components/redis-stack.ts";
import { credential } from "../docker/credential.ts";
import { members } from "../docker/members.ts";
import { network, type NetworkRef, reference } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { type DataConnections, type PostgresConnection, type RedisStackConnection } from "../outputs.ts";
import { address } from "./address.ts";

export interface DataTierArgs {
  readonly scope: Scope;
  readonly edge: NetworkRef;
  readonly admin: NetworkRef;
  readonly adminPassword: pulumi.Input<string>;
}

/** Database, cache and object store with their consoles; part of a release, or a stack of its own that outlives releases. */
export class DataTier extends pulumi.ComponentResource {
  /** The network where clients reach it. */
  readonly network: pulumi.Output<{ id: string; name: string }>;
  readonly connections: pulumi.Output<DataConnections>;
  readonly urls: Record<string, string>;

  constructor(name: string, args: DataTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:DataTier", name, {}, opts);
    const { scope } = args;
    const clients = network(scope, this, "data", { internal: true });
    const postgres = createPostgres(this, args, clients);
    const redisStack = createRedisStack(this, args, clients);
    const memcached = createMemcached(this, args, clients);
    const minio = createMinio(this, args, clients);
    this.network = reference(clients);
    this.connections = pulumi.output({ postgres, redisStack, memcached, minio });
    this.urls = {
      s3: address(scope, "s3").url,
      pgadmin: address(scope, "pgadmin").url,
      redis: address(scope, "redis").url,
      memcached: address(scope, "memcached").url,
    };
    this.registerOutputs();
  }
}

function createPostgres(parent: DataTier, { scope, admin, adminPassword }: DataTierArgs, clients: NetworkRef) {
  const inner = network(scope, parent, "postgres", { internal: true });
  const passwords = {
    superuser: credential(scope, parent, "postgresSuperuserPassword"),
    replication: credential(scope, parent, "postgresReplicationPassword"),
    rewind: credential(scope, parent, "postgresRewindPassword"),
    patroniRestapi: credential(scope, parent, "patroniRestapiPassword"),
    app: credential(scope, parent, "postgresAppPassword"),
    pgbouncer: credential(scope, parent, "pgbouncerPassword"),
  };
  const etcds = members(scope, "etcd");
  const etcdMembers = etcds.map(({ name }) => name);
  for (const { name, member } of etcds) {
    new Etcd(name, { scope, members: etcdMembers, member, network: inner }, { parent });
  }
  const pairs = members(scope, "postgres").map(({ name, member }) => {
    const pgbouncer = `pgbouncer-${member}`;
    new Postgres(name, { scope, member, etcdMembers, passwords, network: inner }, { parent });
    new Pgbouncer(
      pgbouncer,
      { scope, member, postgres: name, password: passwords.pgbouncer, network: inner },
      { parent },
    );
    return { postgres: name, pgbouncer };
  });
  new Haproxy("haproxy", { scope, members: pairs, inner, outer: clients }, { parent });
  const connection = {
    host: Haproxy.host,
    port: scope.settings.ports.postgresRw,
    roPort: scope.settings.ports.postgresRo,
    database: "app",
    user: "app",
    password: passwords.app,
  } satisfies PostgresConnection;
  new Pgadmin(
    "pgadmin",
    {
      scope,
      postgres: connection,
      password: adminPassword,
      route: { ...address(scope, "pgadmin"), network: admin },
      network: clients,
    },
    { parent },
  );
  return connection;
}

function createRedisStack(parent: DataTier, { scope, admin }: DataTierArgs, network: NetworkRef) {
  const password = credential(scope, parent, "redisStackPassword");
  const names = members(scope, "redis-stack");
  for (const { name, member } of names) {
    new RedisStack(name, { scope, member, password, network }, { parent });
  }
  const connection = {
    host: names[0]?.name ?? "redis-stack-1",
    port: scope.settings.ports.redisStack,
    password,
  } satisfies RedisStackConnection;
  new Redisinsight(
    "redisinsight",
    { scope, redisStack: connection, route: { ...address(scope, "redis"), network: admin }, network },
    { parent },
  );
  return connection;
}

function createMemcached(parent: DataTier, { scope, admin }: DataTierArgs, network: NetworkRef) {
  const names = members(scope, "memcached");
  for (const { name, member } of names) {
    new Memcached(name, { scope, member, network }, { parent });
  }
  new MemcachedAdmin(
    "memcached-admin",
    {
      scope,
      hosts: names.map(({ name }) => name),
      route: { ...address(scope, "memcached"), network: admin },
      network,
    },
    { parent },
  );
  return { hosts: names.map(({ name }) => `${name}:${scope.settings.ports.memcached}`) };
}

function createMinio(parent: DataTier, { scope, edge }: DataTierArgs, network: NetworkRef) {
  const rootUser = credential(scope, parent, "minioRootUser");
  const rootPassword = credential(scope, parent, "minioRootPassword");
  const names = members(scope, "minio");
  for (const { name, member } of names) {
    const route = { ...address(scope, "s3"), network: edge };
    new Minio(name, { scope, member, rootUser, rootPassword, route, network }, { parent });
  }
  const endpoint = `${names[0]?.name ?? "minio-1"}:${scope.settings.ports.minio}`;
  return { endpoint, accessKey: rootUser, secretKey: rootPassword };
}
