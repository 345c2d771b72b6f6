import * as pulumi from "@pulumi/pulumi";
import { byWget } from "../docker/health.ts";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";

export interface DockerGuardArgs {
  readonly scope: Scope;
  /** A network that only Traefik is on besides. */
  readonly network: NetworkRef;
}

const socket = "/var/run/docker.sock";

/**
 * Stands between Traefik and the Docker socket, which is root on the node: lets through the five questions Traefik asks
 * and nothing that changes or reveals more.
 */
export class DockerGuard extends pulumi.ComponentResource {
  static readonly host = "docker-guard";

  constructor(name: string, { scope, network }: DockerGuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:DockerGuard", name, {}, opts);
    const { docker, ports } = scope.settings;
    service(scope, this, {
      service: "docker-guard",
      command: ["haproxy"],
      args: ["-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
      user: "0:0",
      networks: [{ network, aliases: [DockerGuard.host] }],
      configs: [
        { path: "/usr/local/etc/haproxy/haproxy.cfg", text: dockerGuardConfig(ports.dockerGuard, ports.haproxyHealth) },
      ],
      binds: [{ source: docker.socketPath, path: socket }],
      health: {
        test: byWget(`http://127.0.0.1:${ports.haproxyHealth}/live`),
        startSeconds: 300,
        everySeconds: 10,
      },
      pin: { manager: true },
      order: "start-first",
      stopSeconds: 30,
    });
    this.registerOutputs();
  }
}

/** The questions Traefik 2.11 asks of a Swarm. */
const questions = ["version", "services", "tasks", "networks", "nodes"];

export function dockerGuardConfig(port: number, healthPort: number): string {
  return `global
    log stdout format raw local0 info
    maxconn 200

defaults
    log global
    mode http
    option dontlognull
    option dontlog-normal
    option httplog
    timeout connect 2s
    timeout client 30s
    timeout server 30s
    timeout http-request 5s

frontend health
    bind :${healthPort}
    monitor-uri /live
    monitor fail if { nbsrv(engine) lt 1 }

frontend api
    bind :${port}
    acl question path_reg ^(/v1\\.[0-9]+)?/(${questions.join("|")})$
    http-request deny deny_status 405 unless { method GET }
    http-request deny deny_status 403 unless question
    default_backend engine

backend engine
    option httpchk GET /_ping
    http-check expect status 200
    server docker unix@${socket} check inter 2s
`;
}
