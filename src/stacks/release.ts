import * as pulumi from "@pulumi/pulumi";
import { Daphne } from "../components/daphne.ts";
import { appRole } from "../components/elasticsearch/users.ts";
import { Nginx } from "../components/nginx.ts";
import { credential } from "../docker/credential.ts";
import { network, type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { type Release as ReleaseIdentity, stackName } from "../identity.ts";
import { imageOf } from "../images.ts";
import {
  type Borrowed,
  type Connections,
  type DataConnections,
  type dataOutputs,
  type Exports,
  type platformOutputs,
  type releaseOutputs,
} from "../outputs.ts";
import { address } from "./address.ts";
import { DataTier } from "./data-tier.ts";

type PlatformRef = Borrowed<typeof platformOutputs>;

/** The stacks it takes from. */
export interface Lenders {
  readonly platform: PlatformRef;
  /** Where the environment's releases share their data. */
  readonly data: Borrowed<typeof dataOutputs> | undefined;
}

interface Data {
  readonly network: NetworkRef;
  readonly connections: pulumi.Output<DataConnections>;
  readonly secretKey: pulumi.Output<string>;
  readonly urls: Record<string, string>;
}

/** One pull request in one environment: the application, and its data, own or borrowed. */
export class Release extends pulumi.ComponentResource {
  readonly exports: Omit<Exports<typeof releaseOutputs>, "services">;

  constructor(name: string, scope: Scope, identity: ReleaseIdentity, lenders: Lenders) {
    super("studygiveway:index:Release", name, {}, { providers: [scope.provider] });
    const { platform } = lenders;
    const data = lenders.data === undefined ? ownData(this, scope, platform) : borrowedData(lenders.data);
    const app = network(scope, this, "app", { internal: false });
    const { host, url } = address(scope);
    new Daphne(
      "daphne",
      {
        scope,
        secretKey: data.secretKey,
        hosts: [host],
        connections: connections(scope, identity, data, platform),
        network: app,
        backends: [data.network, platform.get("networks").logs],
      },
      { parent: this },
    );
    new Nginx(
      "nginx",
      {
        scope,
        upstream: `${Daphne.host}:${scope.settings.ports.daphne}`,
        route: { host, network: platform.get("networks").edge },
        network: app,
      },
      { parent: this },
    );
    this.exports = {
      url,
      image: scope.rollout?.image ?? imageOf("daphne", scope.settings),
      urls: { app: url, ...data.urls },
    };
    this.registerOutputs();
  }
}

function ownData(parent: Release, scope: Scope, platform: PlatformRef): Data {
  const { edge, admin } = platform.get("networks");
  const adminPassword = platform.get("adminPassword");
  const tier = new DataTier("data-tier", { scope, edge, admin, adminPassword }, { parent });
  const secretKey = credential(scope, parent, "djangoSecretKey");
  return { network: tier.network, connections: tier.connections, secretKey, urls: tier.urls };
}

function borrowedData(data: Borrowed<typeof dataOutputs>): Data {
  return {
    network: data.get("network"),
    connections: data.get("connections"),
    secretKey: data.get("secretKey"),
    urls: {},
  };
}

function connections(
  { stack, settings }: Scope,
  { environment }: ReleaseIdentity,
  data: Data,
  platform: PlatformRef,
): pulumi.Output<Connections> {
  // What outlives a release is not named after it.
  const owner = settings.data === "shared" ? stackName({ kind: "data", environment }) : stack;
  return pulumi
    .all([
      data.connections,
      platform.get("elasticsearch"),
      platform.get("elasticsearchPasswords"),
      platform.get("logstash"),
    ])
    .apply(([own, elasticsearch, passwords, logstash]) => ({
      ...own,
      minio: { ...own.minio, bucket: owner },
      elasticsearch: {
        hosts: elasticsearch.hosts,
        user: appRole(environment),
        password: passwords[environment],
        indexPrefix: `${owner}-`,
      },
      logstash,
    }));
}
