import * as pulumi from "@pulumi/pulumi";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";
import { type PublicRoute, publicRoute } from "./traefik/route.ts";

export interface MinioArgs {
  readonly scope: Scope;
  readonly member: number;
  readonly rootUser: pulumi.Input<string>;
  readonly rootPassword: pulumi.Input<string>;
  readonly route: PublicRoute;
  readonly network: NetworkRef;
}

/** One object store; S3 clients outside reach it through the edge. */
export class Minio extends pulumi.ComponentResource {
  constructor(name: string, args: MinioArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Minio", name, {}, opts);
    const { scope, member, rootUser, rootPassword, route, network } = args;
    const { ports } = scope.settings;
    service(scope, this, {
      service: "minio",
      member,
      args: ["server", "--address", `:${ports.minio}`, "/data"],
      env: {
        MINIO_ROOT_USER_FILE: "/run/secrets/minio_root_user",
        MINIO_ROOT_PASSWORD_FILE: "/run/secrets/minio_root_password",
        // The console would be one more login; `mc` and S3 clients do all it does.
        MINIO_BROWSER: "off",
        MC_CONFIG_DIR: "/tmp/.mc",
        MC_HOST_local: `http://127.0.0.1:${ports.minio}`,
      },
      user: "0:0",
      networks: [{ network, aliases: [name] }, { network: route.network }],
      secrets: [
        { path: "/run/secrets/minio_root_user", text: rootUser },
        { path: "/run/secrets/minio_root_password", text: rootPassword },
      ],
      volume: { path: "/data" },
      tmpfs: [{ path: "/tmp", sizeMb: 16 }],
      health: { test: ["mc", "ready", "local"], startSeconds: 300, everySeconds: 15 },
      pin: { label: `studygiveway.${name}` },
      order: "stop-first",
      stopSeconds: 30,
      route: publicRoute(scope, name, ports.minio, route),
    });
    this.registerOutputs();
  }
}
