import * as pulumi from "@pulumi/pulumi";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";
import { type Ports } from "../settings/index.ts";

export interface EtcdArgs {
  readonly scope: Scope;
  /** All members, this one among them, as their peers call them: `etcd-1`. */
  readonly members: readonly string[];
  /** Which of them this is; the first is 1. */
  readonly member: number;
  readonly network: NetworkRef;
}

/** One member of the store that Patroni keeps its leader key in. */
export class Etcd extends pulumi.ComponentResource {
  constructor(name: string, { scope, members, member, network }: EtcdArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Etcd", name, {}, opts);
    const { ports } = scope.settings;
    service(scope, this, {
      service: "etcd",
      member,
      command: ["etcd"],
      args: etcdFlags(name, members, ports),
      user: "1000:1000",
      networks: [{ network, aliases: [name] }],
      volume: { path: "/var/lib/etcd" },
      tmpfs: [{ path: "/tmp", sizeMb: 16 }],
      health: {
        test: ["etcdctl", `--endpoints=http://127.0.0.1:${ports.etcd}`, "endpoint", "health"],
        startSeconds: 300,
        everySeconds: 10,
      },
      pin: { label: `studygiveway.${name}` },
      order: "stop-first",
      stopSeconds: 30,
    });
    this.registerOutputs();
  }
}

export function etcdFlags(name: string, members: readonly string[], ports: Pick<Ports, "etcd" | "etcdPeer">): string[] {
  const client = `:${ports.etcd}`;
  const peer = `:${ports.etcdPeer}`;
  return [
    `--name=${name}`,
    "--data-dir=/var/lib/etcd/data",
    `--listen-client-urls=http://0.0.0.0${client}`,
    `--advertise-client-urls=http://${name}${client}`,
    `--listen-peer-urls=http://0.0.0.0${peer}`,
    `--initial-advertise-peer-urls=http://${name}${peer}`,
    `--initial-cluster=${members.map((each) => `${each}=http://${each}${peer}`).join(",")}`,
    // Patroni writes its leader key every few seconds; without compaction the store only grows.
    "--auto-compaction-mode=periodic",
    "--auto-compaction-retention=1h",
  ];
}
