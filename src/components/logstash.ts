import * as pulumi from "@pulumi/pulumi";
import { byCurl } from "../docker/health.ts";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";
import { type Ports } from "../settings/index.ts";

export interface LogstashArgs {
  readonly scope: Scope;
  readonly elasticsearchHosts: readonly string[];
  readonly user: string;
  readonly password: pulumi.Input<string>;
  readonly network: NetworkRef;
}

const home = "/usr/share/logstash";

/** Takes log lines from Filebeat and events from applications, and brings them to Elasticsearch at least once. */
export class Logstash extends pulumi.ComponentResource {
  static readonly host = "logstash";

  constructor(name: string, args: LogstashArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Logstash", name, {}, opts);
    const { scope, elasticsearchHosts: hosts, user, password, network } = args;
    const { ports, services } = scope.settings;
    service(scope, this, {
      service: "logstash",
      env: { LS_JAVA_OPTS: javaOptions(services.logstash.memoryMb) },
      user: "1000:1000",
      networks: [{ network, aliases: [Logstash.host] }],
      configs: [{ path: `${home}/config/logstash.yml`, text: logstashYaml(ports.logstashApi) }],
      secrets: [
        {
          path: `${home}/pipeline/logstash.conf`,
          text: pulumi.output(password).apply((text) => logstashPipeline({ hosts, user, password: text, ports })),
        },
      ],
      // Each replica has a queue of its own.
      volume: { path: `${home}/data`, suffix: "{{.Task.Slot}}" },
      tmpfs: [{ path: "/tmp", sizeMb: 64 }],
      health: {
        test: byCurl(`http://127.0.0.1:${ports.logstashApi}/_node/pipelines`),
        startSeconds: 300,
        everySeconds: 15,
      },
      replicas: services.logstash.replicas,
      pin: { label: "studygiveway.logstash" },
      order: "stop-first",
      stopSeconds: 30,
    });
    this.registerOutputs();
  }
}

/** JRuby unpacks native code where Java keeps its temporary files, and a tmpfs is mounted noexec. */
export function javaOptions(memoryMb: number): string {
  const heap = String(Math.floor(memoryMb / 2));
  return `-Xms${heap}m -Xmx${heap}m -Djava.io.tmpdir=${home}/data`;
}

export function logstashYaml(apiPort: number): string {
  return `api.http.host: "0.0.0.0"
api.http.port: ${apiPort}
# What was acknowledged to a sender is on disk.
queue.type: persisted
queue.max_bytes: 1gb
# Unset, it would ask Elasticsearch without credentials for ever.
xpack.monitoring.enabled: false
`;
}

export interface PipelineArgs {
  readonly hosts: readonly string[];
  readonly user: string;
  readonly password: string;
  readonly ports: Pick<Ports, "logstashBeats" | "logstashHttp">;
}

export function logstashPipeline({ hosts, user, password, ports }: PipelineArgs): string {
  return `input {
  beats { port => ${ports.logstashBeats} }
  http { port => ${ports.logstashHttp} }
}
filter {
  if ![stack] { mutate { add_field => { "stack" => "unknown" } } }
}
output {
  elasticsearch {
    hosts => [${hosts.map((host) => `"${host}"`).join(", ")}]
    user => "${user}"
    password => "${password}"
    index => "logs-%{[stack]}-%{+YYYY.MM.dd}"
    data_stream => false
    manage_template => false
    ilm_enabled => false
  }
}
`;
}
