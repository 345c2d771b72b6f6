import * as pulumi from "@pulumi/pulumi";
import { bcryptHash } from "../../docker/credential.ts";
import { type File } from "../../docker/file.ts";
import { byWget } from "../../docker/health.ts";
import { type NetworkRef } from "../../docker/network.ts";
import { type Scope } from "../../docker/scope.ts";
import { service } from "../../docker/service.ts";
import { type Tls } from "../../settings/index.ts";
import { acmeFolder, certificateFile, keyFile, tlsFile, tlsYaml, traefikFlags } from "./flags.ts";
import { dashboardRoute, middlewareLabels } from "./route.ts";

export interface TraefikArgs {
  readonly scope: Scope;
  /** Host of the dashboard. */
  readonly host: string;
  /** Where the guard of the Docker socket answers: `tcp://docker-guard:2375`. */
  readonly engine: string;
  readonly adminPassword: pulumi.Input<string>;
  /** The guard's network and those of the services it leads to. */
  readonly networks: readonly NetworkRef[];
}

const usersFile = "/run/secrets/admin_users";

/** The edge: the only service with ports of the host, one on every node that takes traffic. */
export class Traefik extends pulumi.ComponentResource {
  constructor(name: string, args: TraefikArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Traefik", name, {}, opts);
    const { scope, host, engine, adminPassword, networks } = args;
    const { admin, ports, services, tls } = scope.settings;
    const users = pulumi.output(adminPassword).apply((password) => usersText(admin.user, password));
    service(scope, this, {
      service: "traefik",
      command: ["traefik"],
      // A slow application fills the edge with requests under way: it then collects garbage harder instead of being killed.
      env: { GOMEMLIMIT: `${Math.floor(services.traefik.memoryMb * 0.8)}MiB` },
      args: traefikFlags({ ports, tls, engine }),
      user: tls.mode === "acme" ? "0:0" : "65534:65534",
      networks: networks.map((network) => ({ network })),
      configs: tls.mode === "files" ? [{ path: tlsFile, text: tlsYaml() }] : [],
      secrets: [{ path: usersFile, text: users }, ...certificate(tls)],
      ...(tls.mode === "acme" && { volume: { path: acmeFolder } }),
      tmpfs: [{ path: "/tmp", sizeMb: 16 }],
      health: {
        // `traefik healthcheck` is a second Traefik in the same limit of memory, and gives up after 5 s.
        test: byWget(`http://127.0.0.1:${ports.traefikPing}/ping`),
        startSeconds: 300,
        everySeconds: 5,
      },
      replicas: "every node",
      pin: { label: "studygiveway.edge" },
      // Two tasks cannot hold one port of the host.
      order: "stop-first",
      stopSeconds: 30,
      publish: [
        { host: ports.http, container: ports.traefikWeb },
        { host: ports.https, container: ports.traefikWebsecure },
      ],
      route: { ...middlewareLabels(admin.allow, usersFile), ...dashboardRoute(scope, host) },
    });
    this.registerOutputs();
  }
}

/** Who may see the consoles, as htpasswd writes it. */
export function usersText(user: string, password: string): string {
  return `${user}:${bcryptHash(user, password)}\n`;
}

function certificate(tls: Tls): File[] {
  if (tls.mode !== "files") return [];
  return [
    { path: certificateFile, text: tls.certificate },
    { path: keyFile, text: pulumi.secret(tls.key) },
  ];
}
