import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { imageOf } from "../images.ts";
import { type ServiceName } from "../settings/index.ts";
import { configFile, type File, secretFile } from "./file.ts";
import { duration, type Health, healthcheck } from "./health.ts";
import {
  formLabel,
  generationLabel,
  labelList,
  type Labels,
  loggedLabels,
  ownershipLabels,
} from "../cluster/labels.ts";
import { keptImage } from "./image.ts";
import { type Attachment } from "./network.ts";
import { type Pin, placement } from "./placement.ts";
import { type Scope } from "./scope.ts";
import { type Tmpfs, tmpfsMount } from "./tmpfs.ts";
import { type VolumeMount, volumeMount } from "./volume.ts";
import { rootReason } from "./waivers.ts";

export interface ServiceArgs {
  readonly service: ServiceName;
  /** Replaces the image that the settings give. */
  readonly image?: string | undefined;
  /** The number of a member with data of its own: `postgres` and 1 make `postgres-1`. */
  readonly member?: number;
  /** Replaces the entry point of the image. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /**
   * Never a secret: it can be read by whoever may inspect the service. The provider writes the variables in another order
   * every time, so with more than one, every update replaces the tasks, also one that changes labels or replicas only.
   */
  readonly env?: Readonly<Record<string, string>>;
  /** `uid:gid`, or root where src/docker/waivers.ts says why. */
  readonly user: string;
  /** Numbers of further groups that its processes belong to. */
  readonly groups?: readonly number[];
  readonly networks: readonly Attachment[];
  readonly configs?: readonly File[];
  readonly secrets?: readonly File[];
  readonly volume?: VolumeMount;
  /** Folders and sockets of the node, read only. */
  readonly binds?: readonly { readonly source: string; readonly path: string }[];
  readonly tmpfs?: readonly Tmpfs[];
  readonly health: Health;
  /** Copies, or one on every node that fits. */
  readonly replicas?: number | "every node";
  readonly pin?: Pin;
  /** start-first where two may run at once; stop-first where they share a volume or a port of the host. */
  readonly order: "start-first" | "stop-first";
  /**
   * Seconds between the stop signal and kill; also how long a removal waits for the container to be gone, so 30 at least.
   * Below 60, after which Swarm no longer waits for the old task.
   */
  readonly stopSeconds: number;
  /** Ports of the host. Only the edge publishes any. */
  readonly publish?: readonly { readonly host: number; readonly container: number }[];
  /** The generation of the release, where the service is what is released; a change of it updates in place. */
  readonly generation?: number | undefined;
  /** Labels Traefik reads; a change of them updates in place. */
  readonly route?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** A Swarm service that is safe by default: what a component leaves out is closed, limited and watched. */
export function service(scope: Scope, parent: pulumi.Resource, args: ServiceArgs): docker.Service {
  const unit = unitName(args);
  const name = `${scope.stack}-${unit}`;
  const labels = ownershipLabels(scope.identity, args.service);
  const taskSpec = {
    containerSpec: container(scope, parent, args, name, labels),
    networksAdvanceds: args.networks.map(({ network, aliases }) => ({
      id: network.id,
      aliases: [...(aliases ?? [])],
    })),
    placement: { constraints: placement(scope.nodes, args.pin) },
    resources: limits(scope, args.service),
    // Without a window of 0 s every refresh shows a difference.
    restartPolicy: { condition: "any", delay: "1s", maxAttempts: 0, window: "0s" },
    logDriver,
  };
  const form = formOf(taskSpec);
  const created = new docker.Service(
    unit,
    {
      name,
      labels: [
        ...labelList(labels),
        ...Object.entries(args.route ?? {}).map(([label, value]) => ({ label, value })),
        ...(args.generation === undefined ? [] : [{ label: generationLabel, value: String(args.generation) }]),
        { label: formLabel, value: form },
      ],
      mode: args.replicas === "every node" ? { global: true } : { replicated: { replicas: args.replicas ?? 1 } },
      taskSpec: { ...taskSpec, containerSpec: kept(taskSpec.containerSpec, scope.running.get(name)) },
      updateConfig: updateConfig(args.order),
      rollbackConfig: updateConfig(args.order, "pause"),
      endpointSpec: {
        mode: "dnsrr",
        ports: (args.publish ?? []).map(({ host, container }) => ({
          publishedPort: host,
          targetPort: container,
          publishMode: "host",
          protocol: "tcp",
        })),
      },
    },
    {
      parent,
      // The name is fixed, so a replacement cannot exist beside what it replaces.
      deleteBeforeReplace: true,
      // Where a registry answers, the provider writes down on create which platforms it has the image for, and on the next
      // update would take them away again, which replaces the tasks.
      ignoreChanges: ["taskSpec.placement.platforms"],
    },
  );
  scope.deployed.push({ name: unit, id: created.id, form });
  return created;
}

function kept<T extends { readonly image: string }>(containerSpec: T, running: string | undefined): T {
  return { ...containerSpec, image: keptImage(containerSpec.image, running) };
}

function formOf(taskSpec: object): pulumi.Output<string> {
  const digest = (known: unknown) => createHash("sha256").update(JSON.stringify(known)).digest("hex").slice(0, 16);
  return pulumi.output(taskSpec).apply(digest);
}

/** The name of a service within its stack: also its alias on the stack's own networks, and the beginning of its host name. */
function unitName({ service, member }: Pick<ServiceArgs, "service" | "member">): string {
  return member === undefined ? service : `${service}-${member}`;
}

function container(scope: Scope, parent: pulumi.Resource, args: ServiceArgs, name: string, labels: Labels) {
  const unit = unitName(args);
  const user = checkedUser(scope, args);
  const [uid = "0", gid = "0"] = user.split(":");
  return {
    image: args.image ?? imageOf(args.service, scope.settings),
    ...(args.command && { commands: [...args.command] }),
    ...(args.args && { args: [...args.args] }),
    env: { ...args.env },
    user,
    ...(args.groups && { groups: args.groups.map(String) }),
    hostname: typeof args.replicas === "number" ? `${unit}-{{.Task.Slot}}` : unit,
    init: true,
    readOnly: true,
    capDrops: ["ALL"],
    labels: labelList(labels),
    healthcheck: healthcheck(args.health),
    stopGracePeriod: duration(args.stopSeconds),
    configs: (args.configs ?? []).map((file) => configFile(scope, parent, unit, file)),
    secrets: (args.secrets ?? []).map((file) => secretFile(scope, parent, unit, file, { uid, gid })),
    mounts: [
      ...(args.volume ? [volumeMount(name, args.volume, labels)] : []),
      ...(args.binds ?? []).map(({ source, path }) => ({ type: "bind", source, target: path, readOnly: true })),
      ...(args.tmpfs ?? []).map(tmpfsMount),
    ],
  };
}

function checkedUser({ settings }: Scope, { service, user }: ServiceArgs): string {
  if (/^(0|root)(:|$)/.test(user) && rootReason(service, settings) === undefined) {
    throw new Error(`${service} asks for root, but src/docker/waivers.ts gives no reason for it`);
  }
  return user;
}

function limits({ settings }: Scope, service: ServiceName) {
  const { memoryMb, cpus } = settings.services[service];
  return { limits: { memoryBytes: memoryMb * 1024 * 1024, nanoCpus: cpus * 1e9 } };
}

/** json-file, since the shipper reads its files; 5 x 20 MB outlast an outage of Logstash. */
const logDriver = {
  name: "json-file",
  options: { "max-size": "20m", "max-file": "5", tag: "{{.Name}}", labels: loggedLabels.join(",") },
};

function updateConfig(order: ServiceArgs["order"], failureAction = "rollback") {
  return {
    order,
    parallelism: 1,
    delay: "0s",
    failureAction,
    maxFailureRatio: "0",
    // Swarm watches a new task this long; it counts as running only when healthy, so two seconds are enough where no
    // data is at stake.
    monitor: order === "start-first" ? "2s" : "5s",
  };
}
