import * as pulumi from "@pulumi/pulumi";
import { credential } from "../docker/credential.ts";
import { type Scope } from "../docker/scope.ts";
import { type Borrowed, type dataOutputs, type Exports, type platformOutputs } from "../outputs.ts";
import { DataTier } from "./data-tier.ts";

/** The long-lived stack of an environment whose data outlives its releases. */
export class Data extends pulumi.ComponentResource {
  readonly exports: Omit<Exports<typeof dataOutputs>, "services">;

  constructor(name: string, scope: Scope, platform: Borrowed<typeof platformOutputs>) {
    super("studygiveway:index:Data", name, {}, { providers: [scope.provider] });
    const networks = platform.get("networks");
    const tier = new DataTier(
      "data-tier",
      { scope, edge: networks.edge, admin: networks.admin, adminPassword: platform.get("adminPassword") },
      { parent: this },
    );
    const secretKey = credential(scope, this, "djangoSecretKey");
    this.exports = { network: tier.network, connections: tier.connections, secretKey, urls: tier.urls };
    this.registerOutputs();
  }
}
