import * as pulumi from "@pulumi/pulumi";
import { byWget } from "../docker/health.ts";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";
import { type Connections } from "../outputs.ts";

export interface DaphneArgs {
  readonly scope: Scope;
  /** Signs sessions; with another key everybody is logged out. */
  readonly secretKey: pulumi.Input<string>;
  /** The host names the app answers to. */
  readonly hosts: readonly string[];
  readonly connections: pulumi.Input<Connections>;
  /** Where nginx finds it. */
  readonly network: NetworkRef;
  /** Where its data and its logs are. */
  readonly backends: readonly NetworkRef[];
}

/** The longest a request may go on after the stop signal. */
const drainMaxSeconds = 25;
/** How long it serves on after the stop signal, until nobody sends it anything any more. */
const drainMinSeconds = 5;

const connectionsFile = "/run/secrets/connections";

/** The application. All it needs to know is one secret file of JSON, so that any image which reads it can take its place. */
export class Daphne extends pulumi.ComponentResource {
  static readonly host = "daphne";

  constructor(name: string, args: DaphneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Daphne", name, {}, opts);
    const { scope, secretKey, hosts, connections, network, backends } = args;
    const { ports, services } = scope.settings;
    const { identity, stack } = scope;
    const environment = identity.kind === "platform" ? "platform" : identity.environment;
    const file = pulumi
      .all([secretKey, connections])
      .apply(([secretKey, connections]) =>
        connectionsJson({ stack, environment, secretKey, hosts, port: ports.daphne, connections }),
      );
    service(scope, this, {
      service: "daphne",
      image: scope.rollout?.image,
      generation: scope.rollout?.generation,
      // No second one: the provider hands several over in an order of chance, and Swarm restarts what it takes for changed
      // even when only the number of copies is another.
      env: { CONNECTIONS_FILE: connectionsFile },
      user: "1000:1000",
      networks: [{ network, aliases: [Daphne.host] }, ...backends.map((backend) => ({ network: backend }))],
      secrets: [{ path: connectionsFile, text: file }],
      tmpfs: [{ path: "/tmp", sizeMb: 64 }],
      health: {
        test: byWget(`http://127.0.0.1:${ports.daphne}/healthz`),
        startSeconds: 120,
        everySeconds: 5,
      },
      replicas: services.daphne.replicas,
      order: "start-first",
      stopSeconds: drainMinSeconds + drainMaxSeconds + 10,
    });
    this.registerOutputs();
  }
}

interface ConnectionsJsonArgs {
  readonly stack: string;
  readonly environment: string;
  readonly secretKey: string;
  readonly hosts: readonly string[];
  readonly port: number;
  readonly connections: Connections;
}

/** All that the application is told. */
export function connectionsJson({ connections, ...own }: ConnectionsJsonArgs): string {
  const { stack, environment, secretKey, hosts, port } = own;
  const drain = { minSeconds: drainMinSeconds, maxSeconds: drainMaxSeconds };
  return JSON.stringify({ stack, environment, secretKey, hosts, port, drain, ...connections });
}
