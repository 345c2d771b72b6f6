import * as pulumi from "@pulumi/pulumi";
import { byCurl } from "../docker/health.ts";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";

export interface FilebeatArgs {
  readonly scope: Scope;
  /** Where Logstash takes Beats: `logstash:5044`. */
  readonly logstash: string;
  readonly network: NetworkRef;
}

const home = "/usr/share/filebeat";
const monitorPort = 5066;

/** On every node: reads what containers write and hands it to Logstash until it is acknowledged. */
export class Filebeat extends pulumi.ComponentResource {
  constructor(name: string, { scope, logstash, network }: FilebeatArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Filebeat", name, {}, opts);
    service(scope, this, {
      service: "filebeat",
      command: ["filebeat"],
      args: ["-e", "--path.home", home, "--path.config", home, "--path.data", `${home}/data`, "--path.logs", "/tmp"],
      user: "0:0",
      networks: [{ network }],
      configs: [{ path: `${home}/filebeat.yml`, text: filebeatYaml(logstash) }],
      binds: [{ source: `${scope.settings.docker.dataRoot}/containers`, path: "/var/lib/docker/containers" }],
      volume: { path: `${home}/data` },
      tmpfs: [{ path: "/tmp", sizeMb: 16 }],
      health: {
        test: byCurl(`http://127.0.0.1:${monitorPort}/`),
        startSeconds: 300,
        everySeconds: 15,
      },
      replicas: "every node",
      order: "stop-first",
      stopSeconds: 30,
    });
    this.registerOutputs();
  }
}

/**
 * filebeat.yml. Docker writes the ownership labels beside every line (`attrs`), so the shipper needs no access to the
 * Docker socket. Lines of containers that are not ours are left alone.
 */
export function filebeatYaml(logstash: string): string {
  const owner = ["stack", "environment", "pr", "service"];
  const fields = owner.map((name) => `        - {from: docker.attrs.studygiveway.${name}, to: ${name}}`).join("\n");
  return `filebeat.inputs:
  - type: container
    paths: ["/var/lib/docker/containers/*/*-json.log"]
    scan_frequency: 1s
    # A removed container's file is read to its end first.
    close_removed: false
    clean_removed: false
    close_inactive: 1m
    ignore_older: 48h
    clean_inactive: 72h
processors:
  - drop_event:
      when:
        not:
          has_fields: [docker.attrs.studygiveway.stack]
  # Traefik writes an access line for every health check of itself.
  - drop_event:
      when:
        contains:
          message: '"RouterName":"ping@internal"'
  - rename:
      fields:
${fields}
      ignore_missing: true
      fail_on_error: false
  # The name of a task: service, slot (or node), task.
  - dissect:
      field: docker.attrs.tag
      tokenizer: "%{swarm_service}.%{slot}.%{task}"
      target_prefix: ""
      ignore_failure: true
  - drop_fields:
      fields: [docker, agent, ecs, input, host, container]
      ignore_missing: true
output.logstash:
  hosts: ["${logstash}"]
  # Asks for the address anew from time to time, so that no replica is forgotten.
  ttl: 60s
  pipelining: 0
logging.level: warning
logging.metrics.enabled: false
http.enabled: true
http.host: 127.0.0.1
http.port: ${monitorPort}
`;
}
