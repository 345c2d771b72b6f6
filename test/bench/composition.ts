import {
  type ContainerSpec,
  type FileTarget,
  type Mount,
  type NetworkInfo,
  type ServiceSpec,
  type UpdateSpec,
} from "./engine-objects.ts";
import { type Release, stackLabel } from "./release.ts";

/** Who reads the file: they understand the same words, but for a few. */
export type Tool = "compose" | "stack";

/** A file beside the composition that a config or a secret of it is made from. */
export interface SourceFile {
  readonly name: string;
  readonly data: Buffer;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

export interface Composition {
  readonly document: Readonly<Record<string, unknown>>;
  readonly files: readonly SourceFile[];
  /** The networks that have to be there before. */
  readonly borrowed: readonly { readonly name: string; readonly internal: boolean }[];
}

/** The same services, told to another tool. */
export function composition(release: Release, tool: Tool): Composition {
  const networks = new Map(release.networks.map((network) => [network.Id, network]));
  const containers = release.services.map(({ TaskTemplate }) => TaskTemplate.ContainerSpec);
  const configs = containers.flatMap(({ Configs }) => Configs ?? []).map((c) => ({ name: c.ConfigName, file: c.File }));
  const secrets = containers.flatMap(({ Secrets }) => Secrets ?? []).map((s) => ({ name: s.SecretName, file: s.File }));
  const volumes = containers
    .flatMap(({ Mounts }) => Mounts ?? [])
    .filter(({ Type }) => Type === "volume")
    .map(({ Source }) => Source ?? "");
  const document = {
    ...(tool === "stack" && { version: "3.13" }),
    services: Object.fromEntries(
      release.services.map((spec) => [unitOf(release, spec), service(spec, networks, tool)] as const),
    ),
    networks: Object.fromEntries(
      release.networks.map((network) => [keyOf(network), networkOf(release, network, tool)]),
    ),
    volumes: Object.fromEntries(volumes.map((volume) => [volume, {}])),
    configs: Object.fromEntries(configs.map(({ name }) => [name, { file: `./files/${name}` }])),
    secrets: Object.fromEntries(secrets.map(({ name }) => [name, { file: `./files/${name}` }])),
  };
  return {
    document: escaped(document),
    files: [...configs, ...secrets].map(({ name, file }) => sourceFile(release, name, file)),
    borrowed: release.networks
      .filter((network) => !isOwn(release, network))
      .map((network) => ({ name: nameFor(network, tool), internal: network.Internal })),
  };
}

function unitOf({ stack }: Release, { Name }: ServiceSpec): string {
  return Name.startsWith(`${stack}-`) ? Name.slice(stack.length + 1) : Name;
}

/** Pulumi ends the names it gives with seven random digits. */
function keyOf({ Name }: NetworkInfo): string {
  return Name.replace(/-[0-9a-f]{7}$/, "");
}

function isOwn({ stack }: Release, { Labels }: NetworkInfo): boolean {
  return Labels?.[stackLabel] === stack;
}

/** Containers that are no tasks may not join the platform's networks, so Compose gets others in their place. */
function nameFor(network: NetworkInfo, tool: Tool): string {
  return tool === "stack" ? network.Name : `bench-${keyOf(network)}`;
}

function networkOf(release: Release, network: NetworkInfo, tool: Tool) {
  if (!isOwn(release, network)) return { external: true, name: nameFor(network, tool) };
  return { driver: tool === "stack" ? "overlay" : "bridge", internal: network.Internal };
}

function sourceFile({ files }: Release, name: string, { UID, GID, Mode }: FileTarget): SourceFile {
  const data = files.get(name);
  if (data === undefined) throw new Error(`nobody knows what stands in ${name}`);
  return { name, data, uid: Number(UID), gid: Number(GID), mode: Mode };
}

function service(spec: ServiceSpec, networks: ReadonlyMap<string, NetworkInfo>, tool: Tool) {
  const { ContainerSpec: container, LogDriver: log, Networks: attached = [] } = spec.TaskTemplate;
  return {
    ...program(container),
    ...confinement(container),
    ...(container.Healthcheck && { healthcheck: healthcheck(container.Healthcheck) }),
    ...(container.StopGracePeriod !== undefined && { stop_grace_period: time(container.StopGracePeriod) }),
    ...(log && { logging: { driver: log.Name, options: log.Options ?? {} } }),
    volumes: (container.Mounts ?? []).map(mount),
    configs: (container.Configs ?? []).map(({ ConfigName, File }) => file(ConfigName, File, tool)),
    secrets: (container.Secrets ?? []).map(({ SecretName, File }) => file(SecretName, File, tool)),
    networks: Object.fromEntries(
      attached.map(({ Target, Aliases = [] }) => {
        const network = networks.get(Target);
        if (network === undefined) throw new Error(`${spec.Name} is on the network ${Target}, which is not there`);
        return [keyOf(network), Aliases.length === 0 ? {} : { aliases: Aliases }];
      }),
    ),
    ...(tool === "compose" && { restart: "always" }),
    deploy: deployment(spec, tool),
  };
}

function program({ Image, Command, Args, Env, User, Hostname, Labels }: ContainerSpec) {
  return {
    image: Image,
    ...(Command && { entrypoint: Command }),
    ...(Args && { command: Args }),
    ...(Hostname && { hostname: Hostname }),
    ...(User && { user: User }),
    environment: Env ?? [],
    labels: Labels ?? {},
  };
}

function confinement({ Init, ReadOnly, CapabilityDrop }: ContainerSpec) {
  return { init: Init ?? false, read_only: ReadOnly ?? false, cap_drop: CapabilityDrop ?? [] };
}

function healthcheck({ Test, Interval, Timeout, StartPeriod, Retries }: NonNullable<ContainerSpec["Healthcheck"]>) {
  return {
    test: Test ?? [],
    interval: time(Interval ?? 0),
    timeout: time(Timeout ?? 0),
    start_period: time(StartPeriod ?? 0),
    retries: Retries ?? 3,
  };
}

function mount({ Type, Source, Target, ReadOnly, TmpfsOptions }: Mount) {
  return {
    type: Type,
    ...(Source && { source: Source }),
    target: Target,
    ...(ReadOnly && { read_only: true }),
    ...(TmpfsOptions?.SizeBytes !== undefined && { tmpfs: { size: TmpfsOptions.SizeBytes } }),
  };
}

/** Compose binds the source itself, whose owner and mode are the file's. */
function file(source: string, { Name, UID, GID, Mode }: FileTarget, tool: Tool) {
  return { source, target: Name, ...(tool === "stack" && { uid: UID, gid: GID, mode: Mode }) };
}

function deployment(spec: ServiceSpec, tool: Tool) {
  const { Limits } = spec.TaskTemplate.Resources ?? {};
  const { RestartPolicy: restart } = spec.TaskTemplate;
  const limits = {
    ...(Limits?.NanoCPUs && { cpus: String(Limits.NanoCPUs / 1e9) }),
    ...(Limits?.MemoryBytes && { memory: `${Limits.MemoryBytes}b` }),
  };
  const size = { replicas: spec.Mode.Replicated?.Replicas ?? 1, resources: { limits } };
  if (tool === "compose") return size;
  return {
    ...size,
    labels: spec.Labels ?? {},
    endpoint_mode: spec.EndpointSpec?.Mode ?? "vip",
    ...(restart && {
      restart_policy: {
        condition: restart.Condition,
        delay: time(restart.Delay ?? 0),
        max_attempts: restart.MaxAttempts,
        window: time(restart.Window ?? 0),
      },
    }),
    ...(spec.UpdateConfig && { update_config: update(spec.UpdateConfig) }),
    ...(spec.RollbackConfig && { rollback_config: update(spec.RollbackConfig) }),
  };
}

function update({ Parallelism, Delay, FailureAction, Monitor, MaxFailureRatio, Order }: UpdateSpec) {
  return {
    parallelism: Parallelism ?? 0,
    delay: time(Delay ?? 0),
    failure_action: FailureAction ?? "pause",
    monitor: time(Monitor ?? 0),
    max_failure_ratio: MaxFailureRatio ?? 0,
    order: Order ?? "stop-first",
  };
}

function time(nanoseconds: number): string {
  return `${nanoseconds / 1e6}ms`;
}

/** Both tools put variables in where they see a dollar. */
function escaped<T>(value: T): T {
  if (typeof value === "string") return value.replaceAll("$", "$$$$") as T;
  if (Array.isArray(value)) return value.map(escaped) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, escaped(entry)])) as T;
}
