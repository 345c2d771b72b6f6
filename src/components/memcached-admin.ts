import * as pulumi from "@pulumi/pulumi";
import { byCurl } from "../docker/health.ts";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";
import { type AdminRoute, adminRoute } from "./traefik/route.ts";

export interface MemcachedAdminArgs {
  readonly scope: Scope;
  /** The caches it shows. */
  readonly hosts: readonly string[];
  readonly route: AdminRoute;
  /** Where the caches are. */
  readonly network: NetworkRef;
}

/** The port Apache listens on in the official image, where it cannot be set. */
const port = 80;

/** The statistics of every cache on one page. */
export class MemcachedAdmin extends pulumi.ComponentResource {
  constructor(name: string, args: MemcachedAdminArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:MemcachedAdmin", name, {}, opts);
    const { scope, hosts, route, network } = args;
    service(scope, this, {
      service: "memcached-admin",
      env: { MEMCACHED_HOST: hosts.join(","), MEMCACHED_PORT: String(scope.settings.ports.memcached) },
      user: "33:33",
      networks: [{ network }, { network: route.network }],
      tmpfs: ["/tmp", "/var/www/html/Config", "/var/www/html/Temp", "/run/apache2", "/run/lock"].map((path) => ({
        path,
        sizeMb: 8,
      })),
      health: {
        test: byCurl(`http://127.0.0.1:${port}/`),
        startSeconds: 300,
        everySeconds: 30,
      },
      order: "start-first",
      stopSeconds: 30,
      route: adminRoute(scope, "memcached-admin", port, route),
    });
    this.registerOutputs();
  }
}
