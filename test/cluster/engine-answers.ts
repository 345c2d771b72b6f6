import { type Engine } from "../../src/cluster/engine.ts";

/** What a Docker Engine 20.10 answers, cut to the fields that anybody here reads. */
export interface Answers {
  readonly services?: readonly ServiceAnswer[];
  readonly tasks?: readonly TaskAnswer[];
  readonly networks?: readonly { Id: string; Name: string; Created: string; Labels: Labels | null }[];
  readonly secrets?: readonly StoredAnswer[];
  readonly configs?: readonly StoredAnswer[];
  readonly volumes?: readonly { Name: string; Labels: Labels | null; CreatedAt?: string; Mountpoint: string }[] | null;
  readonly images?: readonly ImageAnswer[];
  readonly info?: object;
}

export type Labels = Readonly<Record<string, string>>;
export type ServiceAnswer = ReturnType<typeof serviceAnswer>;
export type TaskAnswer = ReturnType<typeof taskAnswer>;
export type StoredAnswer = ReturnType<typeof storedAnswer>;

export interface ImageAnswer {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
  readonly Created: number;
  readonly Labels: Labels | null;
  readonly Containers: number;
  readonly Size: number;
}

export const began = "2026-01-01T10:00:00.123456789Z";

/** The labels of ownership, as the program gives them. */
export function ownership(stack: string, service?: string): Labels {
  const [environment = "", , pr] = stack.split("-");
  return {
    "studygiveway.stack": stack,
    "studygiveway.environment": environment,
    ...(pr !== undefined && { "studygiveway.pr": pr }),
    ...(service !== undefined && { "studygiveway.service": service }),
  };
}

interface ServiceOptions {
  readonly labels?: Labels;
  readonly image?: string;
  readonly replicas?: number;
  readonly update?: { readonly State: string; readonly Message?: string };
  readonly createdAt?: string;
}

export function serviceAnswer(stack: string, unit: string, options: ServiceOptions = {}) {
  const { labels, image = `stand-in/${unit}:1`, replicas = 1, update, createdAt = began } = options;
  return {
    ID: `${stack}.${unit}`,
    Version: { Index: 12 },
    CreatedAt: createdAt,
    UpdatedAt: createdAt,
    Spec: {
      Name: `${stack}-${unit}`,
      Labels: { ...ownership(stack, unit.replace(/-\d+$/, "")), "studygiveway.form": "0123456789abcdef", ...labels },
      TaskTemplate: { ContainerSpec: { Image: image, Labels: ownership(stack, unit.replace(/-\d+$/, "")) } },
      Mode: { Replicated: { Replicas: replicas } },
      EndpointSpec: { Mode: "dnsrr" },
    },
    Endpoint: { Spec: {} },
    ...(update && { UpdateStatus: update }),
  };
}

interface TaskOptions {
  readonly slot?: number;
  readonly state?: string;
  readonly error?: string;
}

export function taskAnswer(stack: string, unit: string, { slot = 1, state = "running", error }: TaskOptions = {}) {
  return {
    ID: `${stack}.${unit}.${slot}`,
    Version: { Index: 20 },
    CreatedAt: began,
    UpdatedAt: began,
    Spec: { ContainerSpec: { Labels: ownership(stack, unit.replace(/-\d+$/, "")) } },
    ServiceID: `${stack}.${unit}`,
    Slot: slot,
    NodeID: "node1",
    Status: {
      Timestamp: began,
      State: state,
      Message: state,
      ...(error !== undefined && { Err: error }),
      ContainerStatus: { ContainerID: `container-${unit}-${slot}`, PID: 42, ExitCode: 0 },
    },
    DesiredState: ["failed", "shutdown", "rejected"].includes(state) ? "shutdown" : "running",
  };
}

export function storedAnswer(name: string, labels: Labels = {}, createdAt = began) {
  const Spec = { Name: name, Labels: labels, Data: "" };
  return { ID: `id-${name}`, Version: { Index: 7 }, CreatedAt: createdAt, UpdatedAt: createdAt, Spec };
}

type Filters = string | Readonly<Record<string, readonly string[]>> | undefined;

/** An Engine that answers so; what it was asked to remove is written down. */
export function engineOf(answers: Answers): { engine: Engine; removed: string[]; asked: string[] } {
  const removed: string[] = [];
  const asked: string[] = [];
  const list = <T>(kind: string, all: readonly T[] | null | undefined, labelsOf: (one: T) => Labels | null) => {
    return (options?: { filters?: Filters }) => {
      asked.push(`${kind} ${JSON.stringify(options?.filters ?? {})}`);
      return Promise.resolve((all ?? []).filter((one) => fits(labelsOf(one) ?? {}, options?.filters)));
    };
  };
  const handle = (kind: string) => (id: string) => ({
    remove: () => {
      const isGone = removed.includes(`${kind} ${id}`);
      if (isGone) return Promise.reject(Object.assign(new Error(`${kind} ${id} not found`), { statusCode: 404 }));
      removed.push(`${kind} ${id}`);
      return Promise.resolve();
    },
  });
  const volumes = list("volume", answers.volumes, ({ Labels: labels }) => labels);
  const engine = {
    info: () => Promise.resolve({ SystemTime: new Date().toISOString(), ...answers.info }),
    listServices: list("service", answers.services, ({ Spec }) => Spec.Labels),
    listTasks: list("task", answers.tasks, ({ Spec }) => Spec.ContainerSpec.Labels),
    listNetworks: list("network", answers.networks, ({ Labels: labels }) => labels),
    listSecrets: list("secret", answers.secrets, ({ Spec }) => Spec.Labels),
    listConfigs: list("config", answers.configs, ({ Spec }) => Spec.Labels),
    listImages: list("image", answers.images, ({ Labels: labels }) => labels),
    listVolumes: async (options?: { filters?: Filters }) => ({
      Volumes: answers.volumes === null ? null : await volumes(options),
    }),
    getService: handle("service"),
    getNetwork: handle("network"),
    getSecret: handle("secret"),
    getConfig: handle("config"),
    getImage: handle("image"),
    getVolume: handle("volume"),
  };
  return { engine: engine as unknown as Engine, removed, asked };
}

function fits(labels: Labels, filters: Filters): boolean {
  const parsed = (typeof filters === "string" ? JSON.parse(filters) : filters) as { label?: string[] } | undefined;
  return (parsed?.label ?? []).every((wanted) => {
    const [name = "", ...value] = wanted.split("=");
    return value.length === 0 ? Object.hasOwn(labels, name) : labels[name] === value.join("=");
  });
}

/** A piece of a log, as the Engine sends it: the number of its stream and its length stand before it. */
export function frame(text: string, stream = 1): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}
