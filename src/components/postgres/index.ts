import * as pulumi from "@pulumi/pulumi";
import { type NetworkRef } from "../../docker/network.ts";
import { type Scope } from "../../docker/scope.ts";
import { service } from "../../docker/service.ts";
import { patroniYaml } from "./patroni.ts";

/** The passwords of the database's own roles. */
interface PostgresPasswords {
  readonly superuser: pulumi.Input<string>;
  readonly replication: pulumi.Input<string>;
  readonly rewind: pulumi.Input<string>;
  readonly patroniRestapi: pulumi.Input<string>;
  /** Role `app`, owner of the database `app`. */
  readonly app: pulumi.Input<string>;
  /** Role `pgbouncer`, which may look other roles' hashes up, superusers left out. */
  readonly pgbouncer: pulumi.Input<string>;
}

export interface PostgresArgs {
  readonly scope: Scope;
  /** The number of this member. A member that is taken away leaves its volume behind. */
  readonly member: number;
  readonly etcdMembers: readonly string[];
  readonly passwords: PostgresPasswords;
  /** The network of the members, which clients are not on. */
  readonly network: NetworkRef;
}

/** One member of the database under Patroni, with a volume of its own that only one task can open. */
export class Postgres extends pulumi.ComponentResource {
  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Postgres", name, {}, opts);
    const { scope, member, etcdMembers, passwords, network } = args;
    const { ports } = scope.settings;
    service(scope, this, {
      service: "postgres",
      member,
      env: { POSTGRES_PORT: String(ports.postgres), PATRONI_PORT: String(ports.patroni) },
      user: "70:70",
      networks: [{ network, aliases: [name] }],
      configs: [{ path: "/etc/patroni/patroni.yml", text: patroniYaml(etcdMembers, ports) }],
      secrets: [
        { path: "/run/secrets/postgres_superuser_password", text: passwords.superuser },
        { path: "/run/secrets/postgres_replication_password", text: passwords.replication },
        { path: "/run/secrets/postgres_rewind_password", text: passwords.rewind },
        { path: "/run/secrets/patroni_restapi_password", text: passwords.patroniRestapi },
        { path: "/run/secrets/postgres_app_password", text: passwords.app },
        { path: "/run/secrets/pgbouncer_password", text: passwords.pgbouncer },
      ],
      volume: { path: "/var/lib/postgresql/data" },
      tmpfs: [
        { path: "/tmp", sizeMb: 64 },
        { path: "/var/run/postgresql", sizeMb: 1 },
        // Docker's default of 64 MB fails parallel queries, and Swarm has no word for its size.
        { path: "/dev/shm", sizeMb: 256 },
      ],
      health: { test: ["/usr/local/bin/postgres-health"], startSeconds: 300, everySeconds: 10 },
      pin: { label: `studygiveway.${name}` },
      order: "stop-first",
      stopSeconds: 45,
    });
    this.registerOutputs();
  }
}
