import * as pulumi from "@pulumi/pulumi";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";

export interface RedisStackArgs {
  readonly scope: Scope;
  readonly member: number;
  readonly password: pulumi.Input<string>;
  readonly network: NetworkRef;
}

/** One Redis with the modules of Redis Stack; what it has acknowledged is on disk within a second. */
export class RedisStack extends pulumi.ComponentResource {
  constructor(name: string, args: RedisStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:RedisStack", name, {}, opts);
    const { scope, member, password, network } = args;
    const { ports, services } = scope.settings;
    const config = pulumi
      .output(password)
      .apply((text) => redisConfig(text, ports.redisStack, services["redis-stack"].memoryMb));
    service(scope, this, {
      service: "redis-stack",
      member,
      user: "0:0",
      networks: [{ network, aliases: [name] }],
      secrets: [
        { path: "/redis-stack.conf", text: config },
        { path: "/run/secrets/redis_stack_password", text: password },
      ],
      volume: { path: "/data" },
      tmpfs: [{ path: "/tmp", sizeMb: 16 }],
      health: { test: redisHealth(ports.redisStack), startSeconds: 300, everySeconds: 10 },
      pin: { label: `studygiveway.${name}` },
      order: "stop-first",
      stopSeconds: 30,
    });
    this.registerOutputs();
  }
}

/** A quarter of the memory is left for the copy that a snapshot makes and for the modules. */
const dataShare = 0.75;

export function redisConfig(password: string, port: number, memoryMb: number): string {
  return `port ${port}
bind * -::*
requirepass "${password}"
appendonly yes
appendfsync everysec
aof-use-rdb-preamble yes
save 900 1
maxmemory ${String(Math.floor(memoryMb * dataShare))}mb
maxmemory-policy noeviction
tcp-keepalive 10
shutdown-timeout 10
`;
}

/** Alive also while it loads its data: a check that failed then would have Swarm kill it again and again. */
export function redisHealth(port: number): string {
  return (
    `case "$(REDISCLI_AUTH=$(cat /run/secrets/redis_stack_password) redis-cli -p ${port} PING 2>&1)" in ` +
    `PONG|LOADING*) ;; *) exit 1 ;; esac`
  );
}
