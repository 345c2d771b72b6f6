import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { labelList, ownershipLabels } from "../cluster/labels.ts";
import { type Scope } from "./scope.ts";

/** What a service needs to know of a network, own or borrowed. */
export interface NetworkRef {
  readonly id: pulumi.Input<string>;
  /** The name Traefik looks a task's address up by. */
  readonly name: pulumi.Input<string>;
}

/** A service on a network, under the short names that others there call it by. */
export interface Attachment {
  readonly network: NetworkRef;
  /** Left empty on networks shared between stacks: a short name would mean several services there. */
  readonly aliases?: readonly string[];
}

export interface NetworkArgs {
  /** Whether its services can be reached by, and can reach, nothing outside. */
  readonly internal: boolean;
}

/** An overlay network. It has no fixed name: Swarm frees a name late, and `up` right after `destroy` would clash. */
export function network(scope: Scope, parent: pulumi.Resource, name: string, args: NetworkArgs): docker.Network {
  return new docker.Network(
    name,
    {
      driver: "overlay",
      internal: args.internal,
      labels: labelList(ownershipLabels(scope.identity)),
    },
    { parent },
  );
}

/** A network as an output, for stacks that attach to it. */
export function reference({ id, name }: docker.Network): pulumi.Output<{ id: string; name: string }> {
  return pulumi.output({ id, name });
}
