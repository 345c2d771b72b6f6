import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { type NetworkRef } from "../../docker/network.ts";
import { type Scope } from "../../docker/scope.ts";
import { service } from "../../docker/service.ts";
import { type ElasticsearchUser, rolesYaml, usersFile, usersRolesFile } from "./users.ts";

export interface ElasticsearchArgs {
  readonly scope: Scope;
  readonly member: number;
  /** Of the built-in superuser, which no service uses. Read at each start, until somebody sets another inside Elasticsearch. */
  readonly elasticPassword: pulumi.Input<string>;
  /** Of the user who looks after the log indices and asks how the node is. */
  readonly logKeeperPassword: pulumi.Input<string>;
  readonly users: readonly ElasticsearchUser[];
  readonly network: NetworkRef;
}

const home = "/usr/share/elasticsearch";

/** One node of the search and log store. */
export class Elasticsearch extends pulumi.ComponentResource {
  constructor(name: string, args: ElasticsearchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Elasticsearch", name, {}, opts);
    const { scope, member, elasticPassword, logKeeperPassword, users, network } = args;
    const { ports, services, logs } = scope.settings;
    service(scope, this, {
      service: "elasticsearch",
      member,
      command: ["/bin/bash", "/usr/local/bin/elasticsearch-entrypoint"],
      env: {
        ELASTIC_PASSWORD_FILE: "/run/secrets/elastic_password",
        ES_JAVA_OPTS: heapOptions(services.elasticsearch.memoryMb),
        ES_PORT: String(ports.elasticsearch),
        LOG_RETENTION_DAYS: String(logs.retentionDays),
      },
      user: "1000:0",
      networks: [{ network, aliases: [name] }],
      configs: [
        { path: "/usr/local/bin/elasticsearch-entrypoint", text: script("entrypoint.sh") },
        { path: "/usr/local/bin/elasticsearch-health", text: script("health.sh") },
        { path: "/usr/local/bin/elasticsearch-housekeeping", text: script("housekeeping.sh") },
        { path: `${home}/config/elasticsearch.yml`, text: elasticsearchYaml(name, ports) },
        { path: `${home}/config/roles.yml`, text: rolesYaml() },
        { path: `${home}/config/users_roles`, text: usersRolesFile(users) },
      ],
      secrets: [
        { path: "/run/secrets/elastic_password", text: elasticPassword },
        { path: "/run/secrets/log_keeper_password", text: logKeeperPassword },
        { path: `${home}/config/users`, text: usersFile(users) },
      ],
      volume: { path: `${home}/data` },
      tmpfs: [
        { path: "/tmp", sizeMb: 64 },
        { path: "/run/elasticsearch", sizeMb: 16 },
        { path: `${home}/logs`, sizeMb: 16 },
      ],
      health: { test: ["/bin/bash", "/usr/local/bin/elasticsearch-health"], startSeconds: 300, everySeconds: 15 },
      pin: { label: `studygiveway.${name}` },
      order: "stop-first",
      stopSeconds: 45,
    });
    this.registerOutputs();
  }
}

/** Elastic's rule: half of the memory for the heap, the rest for the files that Lucene maps. */
export function heapOptions(memoryMb: number): string {
  const heap = String(Math.floor(memoryMb / 2));
  return `-Xms${heap}m -Xmx${heap}m`;
}

export function elasticsearchYaml(
  name: string,
  ports: { readonly elasticsearch: number; readonly elasticsearchTransport: number },
): string {
  return `cluster.name: studygiveway
node.name: ${name}
network.host: 0.0.0.0
http.port: ${ports.elasticsearch}
transport.port: ${ports.elasticsearchTransport}
discovery.type: single-node
# One shard for each stack and day; the default of 1000 would end with 33 stacks and a month of logs.
cluster.max_shards_per_node: 3000
# The defaults are parts of the disk: on a big one that is nearly full, no index could be made, with room for years of logs.
cluster.routing.allocation.disk.watermark.low: 4gb
cluster.routing.allocation.disk.watermark.high: 2gb
cluster.routing.allocation.disk.watermark.flood_stage: 1gb
# The built-in templates would turn logs-<stack>-<day> into data streams.
stack.templates.enabled: false
ingest.geoip.downloader.enabled: false
xpack.ml.enabled: false
xpack.security.enabled: true
xpack.security.enrollment.enabled: false
# Nothing outside reaches these networks.
xpack.security.http.ssl.enabled: false
xpack.security.transport.ssl.enabled: false
`;
}

function script(file: string): string {
  return readFileSync(new URL(file, import.meta.url), "utf8");
}
