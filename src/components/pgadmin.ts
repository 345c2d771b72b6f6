import * as pulumi from "@pulumi/pulumi";
import { byWget } from "../docker/health.ts";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";
import { type PostgresConnection } from "../outputs.ts";
import { type AdminRoute, adminRoute } from "./traefik/route.ts";

export interface PgadminArgs {
  readonly scope: Scope;
  readonly postgres: PostgresConnection;
  /** Of the administrator's login; only the first start reads it. */
  readonly password: pulumi.Input<string>;
  readonly route: AdminRoute;
  /** Where the database is. */
  readonly network: NetworkRef;
}

const data = "/var/lib/pgadmin";

/** pgAdmin with the system's database already in its list. */
export class Pgadmin extends pulumi.ComponentResource {
  constructor(name: string, args: PgadminArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Pgadmin", name, {}, opts);
    const { scope, postgres, password, route, network } = args;
    const { admin, ports } = scope.settings;
    service(scope, this, {
      service: "pgadmin",
      command: ["/bin/sh", "/usr/local/bin/pgadmin-entrypoint"],
      env: {
        PGADMIN_DEFAULT_EMAIL: admin.email,
        PGADMIN_DEFAULT_PASSWORD_FILE: "/run/secrets/admin_password",
        PGADMIN_LISTEN_ADDRESS: "0.0.0.0",
        PGADMIN_LISTEN_PORT: String(ports.pgadmin),
        PGADMIN_DISABLE_POSTFIX: "1",
        GUNICORN_THREADS: "4",
        PASSFILE: `${data}/storage/${storageFolder(admin.email)}/pgpass`,
      },
      user: "5050:0",
      networks: [{ network }, { network: route.network }],
      configs: [
        { path: "/usr/local/bin/pgadmin-entrypoint", text: entrypoint },
        { path: "/pgadmin4/servers.json", text: serversJson(postgres) },
        // Not empty, so that the official entry point does not write it, which a read-only root would refuse.
        { path: "/pgadmin4/config_distro.py", text: configDistro },
      ],
      secrets: [
        { path: "/run/secrets/admin_password", text: password },
        {
          path: "/run/secrets/pgpass",
          text: pulumi.output(postgres.password).apply((text) => passFile(postgres, text)),
        },
      ],
      volume: { path: data },
      tmpfs: [{ path: "/tmp", sizeMb: 64 }],
      health: {
        test: byWget(`http://127.0.0.1:${ports.pgadmin}/misc/ping`),
        startSeconds: 300,
        everySeconds: 30,
      },
      pin: { label: "studygiveway.pgadmin" },
      order: "stop-first",
      stopSeconds: 30,
      route: adminRoute(scope, "pgadmin", ports.pgadmin, route),
    });
    this.registerOutputs();
  }
}

/** pgAdmin keeps a user's files in a folder named after the address. */
export function storageFolder(email: string): string {
  return email.replaceAll("@", "_");
}

export function serversJson({ host, port, database, user }: PostgresConnection): string {
  const server = {
    Name: "studygiveway",
    Group: "Servers",
    Host: host,
    Port: port,
    MaintenanceDB: database,
    Username: user,
    SSLMode: "prefer",
    PassFile: "/pgpass",
  };
  return `${JSON.stringify({ Servers: { 1: server } }, undefined, 2)}\n`;
}

/** pgpass: a colon ends a field unless it is escaped. */
export function passFile({ host, port, user }: PostgresConnection, password: string): string {
  return `${host}:${port}:*:${user}:${password.replaceAll(/[\\:]/g, "\\$&")}\n`;
}

/** libpq takes a password file only with mode 600, which the file of a secret does not have. */
const entrypoint = `#!/bin/sh
set -eu
mkdir -p "$(dirname "$PASSFILE")"
rm -f "$PASSFILE"
(umask 177 && cat /run/secrets/pgpass > "$PASSFILE")
exec /entrypoint.sh
`;

const configDistro = `CA_FILE = '/etc/ssl/certs/ca-certificates.crt'
LOG_FILE = '/dev/null'
HELP_PATH = '../../docs'
DEFAULT_BINARY_PATHS = {
    'pg': '/usr/local/pgsql-16',
    'pg-16': '/usr/local/pgsql-16',
}
UPGRADE_CHECK_ENABLED = False
`;
