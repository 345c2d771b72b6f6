import { type Ports } from "../../settings/index.ts";

/** patroni.yml without passwords and names: those the entry point reads from secret files and from the host name. */
export function patroniYaml(
  etcdMembers: readonly string[],
  ports: Pick<Ports, "postgres" | "patroni" | "etcd">,
): string {
  const hosts = etcdMembers.map((member) => `"${member}:${ports.etcd}"`).join(", ");
  return `scope: postgres
namespace: /db/
restapi:
  listen: 0.0.0.0:${ports.patroni}
etcd3:
  hosts: [${hosts}]
log:
  level: INFO
${bootstrap}postgresql:
  listen: 0.0.0.0:${ports.postgres}
  bin_dir: /usr/local/bin
${running}`;
}

/** Read once, when the cluster is made; later changes go through `patronictl edit-config`. */
const bootstrap = `bootstrap:
  dcs:
    # The sum rule: loop_wait + 2 * retry_timeout <= ttl, and 20 is the least Patroni takes.
    ttl: 20
    loop_wait: 3
    retry_timeout: 5
    maximum_lag_on_failover: 1048576
    primary_start_timeout: 30
    primary_stop_timeout: 30
    synchronous_mode: true
    synchronous_mode_strict: false
    failsafe_mode: true
    check_timeline: true
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters:
        max_connections: 100
        max_worker_processes: 8
        max_wal_senders: 10
        max_replication_slots: 10
        wal_level: replica
        wal_log_hints: "on"
        hot_standby: "on"
        wal_keep_size: 128MB
        max_slot_wal_keep_size: 2GB
        # On from the first start, since only a restart could turn it on; a backup sets the command later.
        archive_mode: "on"
        archive_timeout: 60s
        archive_command: /bin/true
  initdb:
    - encoding: UTF8
    - locale: C.UTF-8
    - data-checksums
  post_bootstrap: /usr/local/bin/post-bootstrap
`;

const running = `  pgpass: /tmp/pgpass0
  use_unix_socket: true
  # Patroni asks its own server for its timeline as the replication user. By the socket it gets in also with a password
  # that is not set yet, which only a primary can do: a new stack on old data has new passwords.
  use_unix_socket_repl: true
  remove_data_directory_on_rewind_failure: true
  remove_data_directory_on_diverged_timelines: true
  create_replica_methods: [basebackup]
  basebackup:
    - checkpoint: fast
    - max-rate: 200M
  parameters:
    unix_socket_directories: /var/run/postgresql
    password_encryption: scram-sha-256
    shared_buffers: 64MB
    log_checkpoints: "on"
    tcp_keepalives_idle: 10
    tcp_keepalives_interval: 5
    tcp_keepalives_count: 3
    tcp_user_timeout: 10000
    wal_sender_timeout: 10s
    wal_receiver_timeout: 10s
    wal_receiver_status_interval: 2s
    wal_retrieve_retry_interval: 1s
  pg_hba:
    - local   all         postgres                  peer
    - local   replication replicator                peer map=patroni
    - local   all         all                       scram-sha-256
    - host    all         postgres    127.0.0.1/32  scram-sha-256
    - host    replication replicator  all           scram-sha-256
    - host    all         all         all           scram-sha-256
  pg_ident:
    - patroni postgres replicator
tags:
  nofailover: false
  clonefrom: true
`;
