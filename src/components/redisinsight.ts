import * as pulumi from "@pulumi/pulumi";
import { derived } from "../docker/credential.ts";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";
import { type DataConnections, type RedisStackConnection } from "../outputs.ts";
import { type AdminRoute, adminRoute } from "./traefik/route.ts";

export interface RedisinsightArgs {
  readonly scope: Scope;
  readonly redisStack: RedisStackConnection;
  readonly route: AdminRoute;
  /** Where Redis is. */
  readonly network: NetworkRef;
}

/** RedisInsight with the system's Redis already in its list. */
export class Redisinsight extends pulumi.ComponentResource {
  constructor(name: string, args: RedisinsightArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Redisinsight", name, {}, opts);
    const { scope, redisStack, route, network } = args;
    const { ports } = scope.settings;
    const { host, port, password } = redisStack;
    const instance = pulumi.output(password).apply((text) => instanceJson({ host, port, password: text }));
    service(scope, this, {
      service: "redisinsight",
      env: {
        RIHOST: "0.0.0.0",
        RIPORT: String(ports.redisinsight),
        RIHOMEDIR: "/db",
        RILOGDIR: "/db",
        RITRUSTEDORIGINS: route.url,
      },
      user: "1001:1001",
      networks: [{ network }, { network: route.network }],
      configs: [{ path: "/usr/local/bin/redisinsight-health", text: healthScript(ports.redisinsight) }],
      secrets: [{ path: "/run/secrets/redisinsight_instance", text: instance }],
      volume: { path: "/db" },
      tmpfs: [{ path: "/tmp", sizeMb: 64 }],
      health: { test: ["/bin/sh", "/usr/local/bin/redisinsight-health"], startSeconds: 300, everySeconds: 30 },
      pin: { label: "studygiveway.redisinsight" },
      order: "stop-first",
      stopSeconds: 30,
      route: adminRoute(scope, "redisinsight", ports.redisinsight, route),
    });
    this.registerOutputs();
  }
}

/** The name tells the password's generation: data that outlives its stack holds an entry that no longer opens Redis. */
export function instanceJson({ host, port, password }: DataConnections["redisStack"]): string {
  return JSON.stringify({
    name: `studygiveway ${derived(password, "redisinsight").slice(0, 4)}`,
    host,
    port,
    password,
    connectionType: "STANDALONE",
  });
}

/**
 * RedisInsight 1.14 takes connections through its API only, and its entry point is not public. So the check that it
 * works is also what makes it work: no healthy RedisInsight without its Redis.
 */
export function healthScript(port: number): string {
  const url = `http://127.0.0.1:${port}`;
  return `#!/bin/sh
set -eu
curl -fsS -o /dev/null ${url}/healthcheck/
name=$(sed 's/.*"name":"\\([^"]*\\)".*/\\1/' /run/secrets/redisinsight_instance)
if ! curl -fsS ${url}/api/instance/ | grep -q "\\"$name\\""; then
  curl -fsS -o /dev/null -H 'Content-Type: application/json' -d @/run/secrets/redisinsight_instance ${url}/api/instance/
fi
`;
}
