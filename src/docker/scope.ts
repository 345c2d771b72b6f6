import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { type Rollout } from "../cluster/ledger.ts";
import { type Identity, stackName } from "../identity.ts";
import { type Settings } from "../settings/index.ts";

/** What all resources of one stack share. */
export interface Scope {
  readonly identity: Identity;
  readonly stack: string;
  readonly settings: Settings;
  readonly provider: docker.Provider;
  /** Nodes of the cluster; from two on, what has data is pinned to a labelled node. */
  readonly nodes: number;
  /** What the ledger says of a release; nothing where no promotion made it. */
  readonly rollout: Rollout | undefined;
  /** The images that services of the stack run already, by the names of the services. */
  readonly running: ReadonlyMap<string, string>;
  /** Every service of the stack, in the order of registration; what the gate waits for. */
  readonly deployed: Deployed[];
}

interface Deployed {
  readonly name: string;
  readonly id: pulumi.Output<string>;
  /** What its label says about its form. */
  readonly form: pulumi.Output<string>;
}

type Found = Partial<Pick<Scope, "rollout" | "running">>;

export function newScope(settings: Settings, provider: docker.Provider, nodes: number, found: Found = {}): Scope {
  return {
    identity: settings.identity,
    stack: stackName(settings.identity),
    settings,
    provider,
    nodes,
    rollout: found.rollout,
    running: found.running ?? new Map(),
    deployed: [],
  };
}
