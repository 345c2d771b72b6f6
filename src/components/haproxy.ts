import * as pulumi from "@pulumi/pulumi";
import { byWget } from "../docker/health.ts";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";
import { type Ports } from "../settings/index.ts";

export interface HaproxyArgs {
  readonly scope: Scope;
  /** The database members with their poolers, in the same order. */
  readonly members: readonly HaproxyMember[];
  /** Where the members are. */
  readonly inner: NetworkRef;
  /** Where the clients are. */
  readonly outer: NetworkRef;
}

interface HaproxyMember {
  readonly postgres: string;
  readonly pgbouncer: string;
}

/** What clients of the database talk to: one port leads to the primary, one to the replicas, through PgBouncer. */
export class Haproxy extends pulumi.ComponentResource {
  /** What clients call it on the outer network. */
  static readonly host = "haproxy";

  constructor(name: string, args: HaproxyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Haproxy", name, {}, opts);
    const { scope, members, inner, outer } = args;
    const { ports, services } = scope.settings;
    service(scope, this, {
      service: "haproxy",
      command: ["haproxy"],
      args: ["-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
      user: "99:99",
      networks: [{ network: inner }, { network: outer, aliases: [Haproxy.host] }],
      configs: [{ path: "/usr/local/etc/haproxy/haproxy.cfg", text: haproxyConfig(members, ports) }],
      tmpfs: [{ path: "/tmp", sizeMb: 1 }],
      // Up when the database can be written to; alive also while it fails over.
      health: {
        startTest: byWget(`http://127.0.0.1:${ports.haproxyHealth}/rw`),
        test: byWget(`http://127.0.0.1:${ports.haproxyHealth}/live`),
        startSeconds: 300,
        everySeconds: 10,
      },
      replicas: services.haproxy.replicas,
      order: "start-first",
      stopSeconds: 30,
    });
    this.registerOutputs();
  }
}

type HaproxyPorts = Pick<Ports, "patroni" | "pgbouncer" | "postgresRw" | "postgresRo" | "haproxyHealth">;

/**
 * haproxy.cfg: a server of `chk_primary` is up only while Patroni's REST API calls its member the primary, and the
 * poolers follow those checks. Starts before any name exists and follows new task addresses within a second.
 */
export function haproxyConfig(members: readonly HaproxyMember[], ports: HaproxyPorts): string {
  const each = (line: (member: HaproxyMember, number: string) => string) =>
    members.map((member, index) => `    ${line(member, String(index + 1))}`).join("\n");
  const patroni = String(ports.patroni);
  const pooler = String(ports.pgbouncer);
  return `${base}frontend health
    bind :${ports.haproxyHealth}
    mode http
    option dontlog-normal
    monitor-uri /live
    acl rw_ok nbsrv(rw) gt 0
    http-request return status 200 content-type text/plain string "rw\\n" if { path /rw } rw_ok
    http-request return status 503 content-type text/plain string "no primary\\n" if { path /rw }

backend chk_primary
    mode http
    option httpchk
    http-check send meth OPTIONS uri /primary
    http-check expect status 200
    default-server check inter 1s fastinter 300ms downinter 500ms fall 2 rise 1
${each(({ postgres }, n) => `server m${n} ${postgres}:${patroni}`)}

backend chk_replica
    mode http
    option httpchk
    http-check send meth OPTIONS uri /replica?lag=16MB
    http-check expect status 200
    default-server check inter 1s fastinter 300ms downinter 500ms fall 2 rise 2
${each(({ postgres }, n) => `server m${n} ${postgres}:${patroni}`)}

listen rw
    bind :${ports.postgresRw}
    default-server on-marked-down shutdown-sessions
${each(({ pgbouncer }, n) => `server b${n} ${pgbouncer}:${pooler} track chk_primary/m${n}`)}

listen ro
    bind :${ports.postgresRo}
    balance leastconn
    default-server on-marked-down shutdown-sessions
${each(({ pgbouncer }, n) => `server b${n} ${pgbouncer}:${pooler} track chk_replica/m${n}`)}
    # No replica at all: read from the primary.
${each(({ pgbouncer }, n) => `server p${n} ${pgbouncer}:${pooler} track chk_primary/m${n} backup`)}
`;
}

/** What does not depend on who the members are. */
const base = `global
    log stdout format raw local0 info
    maxconn 4000
    stats socket /tmp/haproxy.sock mode 600 level admin
    hard-stop-after 10s

defaults
    log global
    mode tcp
    option dontlognull
    option tcpka
    option tcplog
    option dontlog-normal
    timeout connect 2s
    timeout client 1h
    timeout server 1h
    timeout check 2s
    timeout queue 3s
    retries 2
    default-server resolvers docker resolve-prefer ipv4 init-addr none

resolvers docker
    nameserver d 127.0.0.11:53
    accepted_payload_size 8192
    resolve_retries 2
    timeout resolve 1s
    timeout retry 500ms
    hold valid 1s
    hold obsolete 1s
    hold nx 3s
    hold other 3s
    hold refused 3s
    hold timeout 3s

`;
