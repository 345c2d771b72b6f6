import * as pulumi from "@pulumi/pulumi";
import { byCurl } from "../docker/health.ts";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";
import { type AdminRoute, adminRoute } from "./traefik/route.ts";

export interface KibanaArgs {
  readonly scope: Scope;
  readonly elasticsearchHosts: readonly string[];
  readonly user: string;
  readonly password: pulumi.Input<string>;
  /** At least 32 characters. With another key, saved connectors and sessions can no longer be read. */
  readonly encryptionKey: pulumi.Input<string>;
  readonly route: AdminRoute;
  /** Where Elasticsearch is; what Kibana itself writes goes to Logstash by Filebeat. */
  readonly network: NetworkRef;
}

const home = "/usr/share/kibana";

/** Kibana, with a user that can do no more than Kibana needs. */
export class Kibana extends pulumi.ComponentResource {
  constructor(name: string, args: KibanaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Kibana", name, {}, opts);
    const { scope, elasticsearchHosts: hosts, user, password, encryptionKey, route, network } = args;
    const { ports } = scope.settings;
    const yaml = pulumi
      .all([password, encryptionKey])
      .apply(([password, encryptionKey]) =>
        kibanaYaml({ port: ports.kibana, url: route.url, hosts, user, password, encryptionKey }),
      );
    const status = `http://127.0.0.1:${ports.kibana}/api/status`;
    service(scope, this, {
      service: "kibana",
      user: "1000:1000",
      networks: [{ network }, { network: route.network }],
      // Kibana knows no secret files, and its environment becomes its command line: so the whole file is a secret.
      secrets: [{ path: `${home}/config/kibana.yml`, text: yaml }],
      tmpfs: [
        { path: "/tmp", sizeMb: 64 },
        { path: `${home}/data`, sizeMb: 64 },
      ],
      // Without Elasticsearch it answers 503; a restart would not help that.
      health: {
        startTest: byCurl(status),
        test: `curl -sS -o /dev/null ${status}`,
        startSeconds: 300,
        everySeconds: 30,
      },
      order: "start-first",
      stopSeconds: 30,
      route: adminRoute(scope, "kibana", ports.kibana, route),
    });
    this.registerOutputs();
  }
}

interface KibanaYamlArgs {
  readonly port: number;
  readonly url: string;
  readonly hosts: readonly string[];
  readonly user: string;
  readonly password: string;
  readonly encryptionKey: string;
}

export function kibanaYaml({ port, url, hosts, user, password, encryptionKey }: KibanaYamlArgs): string {
  return `server.host: "0.0.0.0"
server.port: ${port}
server.publicBaseUrl: "${url}"
elasticsearch.hosts: [${hosts.map((host) => `"${host}"`).join(", ")}]
elasticsearch.username: "${user}"
elasticsearch.password: "${password}"
xpack.encryptedSavedObjects.encryptionKey: "${encryptionKey}"
xpack.security.encryptionKey: "${encryptionKey}"
xpack.reporting.encryptionKey: "${encryptionKey}"
# For the health check; the page itself is behind the edge's password.
status.allowAnonymous: true
telemetry.optIn: false
`;
}
