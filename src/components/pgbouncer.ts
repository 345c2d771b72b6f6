import * as pulumi from "@pulumi/pulumi";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";

export interface PgbouncerArgs {
  readonly scope: Scope;
  /** The number of this pooler, and of the database member it belongs to. */
  readonly member: number;
  /** The member it pools connections to: `postgres-1`. */
  readonly postgres: string;
  /** Of the role `pgbouncer`. */
  readonly password: pulumi.Input<string>;
  readonly network: NetworkRef;
}

/** The pooler beside one database member. */
export class Pgbouncer extends pulumi.ComponentResource {
  constructor(name: string, args: PgbouncerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Pgbouncer", name, {}, opts);
    const { scope, member, postgres, password, network } = args;
    const { ports } = scope.settings;
    service(scope, this, {
      service: "pgbouncer",
      member,
      env: { PG_HOST: postgres, PG_PORT: String(ports.postgres), PGBOUNCER_PORT: String(ports.pgbouncer) },
      user: "70:70",
      networks: [{ network, aliases: [name] }],
      configs: [{ path: "/etc/pgbouncer/pgbouncer.ini", text: pgbouncerIni(ports.pgbouncer) }],
      secrets: [{ path: "/run/secrets/pgbouncer_userlist", text: pulumi.interpolate`"pgbouncer" "${password}"\n` }],
      tmpfs: [{ path: "/tmp", sizeMb: 16 }],
      health: { test: ["/usr/local/bin/pgbouncer-health"], startSeconds: 120, everySeconds: 10 },
      pin: { label: `studygiveway.${postgres}` },
      order: "start-first",
      stopSeconds: 30,
    });
    this.registerOutputs();
  }
}

/** pgbouncer.ini; the address of the member stands in a file of its own, which the entry point keeps up to date. */
export function pgbouncerIni(port: number): string {
  return `%include /tmp/databases.ini

[pgbouncer]
listen_addr = 0.0.0.0
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = /run/secrets/pgbouncer_userlist
auth_user = pgbouncer
auth_dbname = postgres
auth_query = SELECT usename, passwd FROM pgbouncer.get_auth($1)
admin_users = pgbouncer
pool_mode = transaction
max_client_conn = 1000
default_pool_size = 20
reserve_pool_size = 5
max_db_connections = 60
max_prepared_statements = 200
ignore_startup_parameters = extra_float_digits,search_path
server_connect_timeout = 3
; The default of 15 s would lengthen every failover by as much.
server_login_retry = 1
server_check_delay = 1
server_check_query = select 1
server_fast_close = 1
server_lifetime = 600
server_idle_timeout = 60
query_wait_timeout = 15
client_login_timeout = 15
dns_max_ttl = 2
dns_nxdomain_ttl = 1
tcp_keepalive = 1
tcp_keepidle = 10
tcp_keepintvl = 5
tcp_keepcnt = 3
tcp_user_timeout = 10000
log_connections = 0
log_disconnections = 0
`;
}
