import * as pulumi from "@pulumi/pulumi";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";

export interface MemcachedArgs {
  readonly scope: Scope;
  readonly member: number;
  readonly network: NetworkRef;
}

/** One cache; clients spread their keys over the list of all members. */
export class Memcached extends pulumi.ComponentResource {
  constructor(name: string, { scope, member, network }: MemcachedArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Memcached", name, {}, opts);
    const { ports, services } = scope.settings;
    service(scope, this, {
      service: "memcached",
      member,
      // memcached itself writes nothing when it starts.
      command: ["/bin/sh", "-c", 'echo "memcached starts: $*"; exec memcached "$@"', "memcached"],
      args: memcachedFlags(ports.memcached, services.memcached.memoryMb),
      user: "11211:11211",
      networks: [{ network, aliases: [name] }],
      health: {
        test: `printf 'version\\r\\nquit\\r\\n' | nc 127.0.0.1 ${ports.memcached} | grep -q VERSION`,
        startSeconds: 300,
        everySeconds: 10,
      },
      order: "stop-first",
      stopSeconds: 30,
    });
    this.registerOutputs();
  }
}

/** The items may fill this part of the memory; connections and hash table need the rest. */
const itemShare = 0.75;

export function memcachedFlags(port: number, memoryMb: number): string[] {
  return ["-p", String(port), "-m", String(Math.floor(memoryMb * itemShare)), "-c", "1024", "-I", "2m"];
}
