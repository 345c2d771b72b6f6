import { type Engine } from "./engine.ts";
import { generationLabel, type Labels } from "./labels.ts";
import { type ServiceState, type TaskState } from "./verdict.ts";

const stackLabel = "studygiveway.stack";
/** Set to "true" on any object of a stack by hand, it keeps gc away from the whole stack. */
export const keepLabel = "studygiveway.keep";

/** What the Swarm keeps that carries the label of a stack, apart from the tasks of its services and from images. */
type Kind = "service" | "network" | "secret" | "config" | "volume";

/** One object that belongs to a stack. */
export interface Owned<K extends Kind = Kind> {
  readonly kind: K;
  /** What the Engine removes it by. */
  readonly id: string;
  readonly name: string;
  readonly stack: string;
  readonly labels: Labels;
  /** Milliseconds since 1970; unknown of a volume that another program made. */
  readonly createdAt: number | undefined;
}

export interface OwnedService extends Owned<"service"> {
  /** Its name within the stack: `postgres-1`. */
  readonly unit: string;
  /** As Swarm runs it: `name:tag@sha256:…` where a registry told the digest. */
  readonly image: string;
  /** Of a release that a promotion made. */
  readonly generation: number | undefined;
  readonly state: ServiceState;
}

/** A task made from the newest form of its service. */
export interface OwnedTask extends TaskState {
  readonly ID: string;
  readonly ServiceID: string;
  readonly NodeID?: string;
}

/** An image on the Engine's own node. It belongs to no stack: releases of several environments run the same one. */
export interface OwnedImage {
  readonly kind: "image";
  readonly id: string;
  /** `name:tag` and `name@sha256:…`; none of what a newer build took the name from. */
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly labels: Labels;
  readonly createdAt: number;
}

export interface Objects {
  readonly services: readonly OwnedService[];
  readonly networks: readonly Owned<"network">[];
  readonly secrets: readonly Owned<"secret">[];
  readonly configs: readonly Owned<"config">[];
  /** Of the Engine's own node alone. */
  readonly volumes: readonly Owned<"volume">[];
}

/** Everything of one stack, or of all, but images. */
export async function readObjects(engine: Engine, stack?: string): Promise<Objects> {
  const filters = ofStack(stack);
  const text = JSON.stringify(filters);
  const [services, networks, secrets, configs, { Volumes: volumes }] = await Promise.all([
    readServices(engine, stack),
    engine.listNetworks({ filters: text }),
    engine.listSecrets({ filters }),
    engine.listConfigs({ filters }) as unknown as Promise<Stored[]>,
    engine.listVolumes({ filters: text }) as unknown as Promise<{ Volumes: Volume[] | null }>,
  ]);
  return {
    services,
    networks: networks.map((one) => owned("network", one.Id, one.Name, one.Labels, one.Created)),
    secrets: (secrets as unknown as Stored[]).map((one) => storedAs("secret", one)),
    configs: configs.map((one) => storedAs("config", one)),
    volumes: (volumes ?? []).map((one) => owned("volume", one.Name, one.Name, one.Labels, one.CreatedAt)),
  };
}

export async function readServices(engine: Engine, stack?: string): Promise<OwnedService[]> {
  const services = await engine.listServices({ filters: JSON.stringify(ofStack(stack)) });
  return (services as unknown as Service[])
    .map((service) => {
      const { ID, CreatedAt, Spec } = service;
      const base = owned("service", ID, Spec.Name, Spec.Labels, CreatedAt);
      const generation = Number(base.labels[generationLabel]);
      return {
        ...base,
        unit: unitOf(base),
        image: Spec.TaskTemplate.ContainerSpec?.Image ?? "",
        generation: generation > 0 ? generation : undefined,
        state: service,
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** The tasks of the newest form of every service; one question, where asking for each service would be many. */
export async function readTasks(engine: Engine, stack?: string): Promise<OwnedTask[]> {
  const filters = JSON.stringify({ ...ofStack(stack), "_up-to-date": ["true"] });
  return (await engine.listTasks({ filters })) as OwnedTask[];
}

/** Images that carry any label of ours. */
export async function readImages(engine: Engine): Promise<OwnedImage[]> {
  const images = (await engine.listImages({ all: false })) as unknown as Image[];
  return images
    .filter(({ Labels: labels }) => Object.keys(labels ?? {}).some((label) => label.startsWith("studygiveway.")))
    .map(({ Id, RepoTags, RepoDigests, Labels: labels, Created }) => ({
      kind: "image",
      id: Id,
      tags: named(RepoTags),
      digests: named(RepoDigests),
      labels: labels ?? {},
      createdAt: Created * 1000,
    }));
}

/** All of one stack in one list. */
export function listed(objects: Objects): Owned[] {
  return [...objects.services, ...objects.networks, ...objects.secrets, ...objects.configs, ...objects.volumes];
}

/** Has somebody asked by label to leave it alone, and with it the whole stack? */
export function isKept({ labels }: Pick<Owned, "labels">): boolean {
  return labels[keepLabel] === "true";
}

function ofStack(stack?: string): { label: string[] } {
  return { label: [stack === undefined ? stackLabel : `${stackLabel}=${stack}`] };
}

function owned<K extends Kind>(
  kind: K,
  id: string,
  name: string,
  labels: Labels | null | undefined,
  created: string | undefined,
): Owned<K> {
  const time = Date.parse(created ?? "");
  const createdAt = Number.isNaN(time) ? undefined : time;
  return { kind, id, name, stack: labels?.[stackLabel] ?? "", labels: labels ?? {}, createdAt };
}

function storedAs<K extends Kind>(kind: K, { ID, CreatedAt, Spec }: Stored): Owned<K> {
  return owned(kind, ID, Spec.Name, Spec.Labels, CreatedAt);
}

function unitOf({ name, stack }: Pick<Owned, "name" | "stack">): string {
  return name.startsWith(`${stack}-`) ? name.slice(stack.length + 1) : name;
}

// An image that lost its name to a newer build is listed as <none>:<none>.
function named(references: readonly string[] | null | undefined): string[] {
  return (references ?? []).filter((reference) => !reference.startsWith("<none>"));
}

interface Service extends ServiceState {
  readonly ID: string;
  readonly CreatedAt: string;
  readonly Spec: ServiceState["Spec"] & {
    readonly Name: string;
    readonly TaskTemplate: { readonly ContainerSpec?: { readonly Image?: string } };
  };
}

interface Stored {
  readonly ID: string;
  readonly CreatedAt: string;
  readonly Spec: { readonly Name: string; readonly Labels?: Labels | null };
}

interface Volume {
  readonly Name: string;
  readonly Labels: Labels | null;
  readonly CreatedAt?: string;
}

interface Image {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
  readonly Labels: Labels | null;
  readonly Created: number;
}
