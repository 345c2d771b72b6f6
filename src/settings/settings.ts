import { type Identity, parseStackName, StackNameError } from "../identity.ts";
import { type Credentials } from "./credentials.ts";
import { type Env } from "./env.ts";
import { forgeFaults, forgeOf, type ForgeSettings } from "./forge.ts";
import { type Ports } from "./ports.ts";
import { type Problem, SettingsError } from "./problem.ts";
import { repositoryFaults, repositoryOf, type RepositorySettings } from "./repository.ts";
import { readSections, type SectionSources } from "./sections.ts";
import { type Services } from "./services.ts";
import { servicesSchema } from "./stack.ts";
import { type ReadFile, readTls, type Tls } from "./tls.ts";
import { splitAddress } from "./units.ts";
import { readVariables, type Variables, type VariableSources } from "./variables.ts";

/** All a stack is told from outside; complete, checked and frozen. */
export interface Settings {
  readonly identity: Identity;
  readonly docker: {
    /** Where the provider finds the engine. */
    readonly host: string;
    /** What else it takes to reach an engine of another machine. */
    readonly access: {
      readonly certPath: string | undefined;
      readonly verify: boolean;
      readonly sshAgent: string | undefined;
    };
    /** The engine's socket as the node itself sees it, for the guard that reads it. */
    readonly socketPath: string;
    /** The group that may use the socket on the managers. */
    readonly socketGroup: number;
    /** Where the engine keeps containers and their logs. */
    readonly dataRoot: string;
  };
  readonly images: { readonly source: "official" | "stand-in"; readonly prefix: string };
  readonly registry: { readonly address: string; readonly user: string; readonly password: string } | undefined;
  /** Where pull requests live, if anywhere. */
  readonly forge: ForgeSettings | undefined;
  /** What Jenkins delivers, if anything. */
  readonly repository: RepositorySettings | undefined;
  readonly domain: string;
  readonly ports: Ports;
  readonly admin: { readonly user: string; readonly email: string; readonly allow: readonly string[] };
  readonly tls: Tls;
  readonly credentials: Credentials;
  readonly logs: { readonly retentionDays: number };
  /** Read by nothing yet: there are no backups. */
  readonly backup: { readonly intervalSeconds: number; readonly retentionDays: number };
  /** What a deploy is given, from when its program begins, until all services are healthy. */
  readonly gate: { readonly timeoutSeconds: number };
  readonly delivery: {
    /** Where the delivery command reaches the edge, each a host and a port. */
    readonly edge: readonly { readonly host: string; readonly port: number }[];
    /** The same for a new release, which is then taken away. */
    readonly timeoutSeconds: number;
  };
  /** Whether a release brings its own data tier or borrows the environment's. */
  readonly data: "own" | "shared";
  /** Whether its data may be removed without a verified backup. Read by nothing yet. */
  readonly disposable: boolean;
  readonly policy: Policy;
  readonly services: Services;
}

/** How many releases of an environment may be there, and for how long. */
export interface Policy {
  /** Former releases that stay up beside the live one, so that a rollback is a switch and no deployment. */
  readonly keep: number;
  /** The age at which a release expires; Infinity for never. */
  readonly ttlSeconds: number;
  /** Releases that may be there at a time. */
  readonly maxLive: number;
}

/** Everything that is read before anything is decided. */
export interface Sources extends VariableSources, SectionSources {
  readonly readFile: ReadFile;
  /** The group of a socket of this machine; undefined where there is none. */
  readonly groupOf?: (socket: string) => number | undefined;
  /** What went wrong in the reading itself. */
  readonly problems: readonly Problem[];
}

export function settingsFrom(sources: Sources): Settings {
  const identity = identify(sources.stack);
  const variables = readVariables(sources);
  const tls = readTls(variables.env, variables.path, sources.readFile);
  const sections = readSections(identity.value, sources);
  const problems = [
    ...sources.problems,
    ...identity.problems,
    ...variables.problems,
    ...registryFaults(variables),
    ...forgeFaults(variables),
    ...repositoryFaults(variables, sources.readFile),
    ...backupFaults(variables),
    ...tls.problems,
    ...sections.problems,
  ];
  if (problems.length > 0 || identity.value === undefined) throw new SettingsError(problems);
  const { data, disposable, keep, ttl, maxLive, ...sizes } = sections.values;
  return freeze({
    identity: identity.value,
    ...fromEnv(variables.env as Env, variables.ports as Ports, sources),
    repository: repositoryOf(variables, sources.readFile),
    ports: variables.ports as Ports,
    tls: tls.tls,
    credentials: variables.credentials as Credentials,
    data: data ?? "own",
    disposable: disposable ?? false,
    policy: { keep: keep ?? 0, ttlSeconds: ttl ?? Infinity, maxLive: maxLive ?? 10 },
    services: servicesSchema.parse(sizes) as Services,
  });
}

function identify(stack: string): { value?: Identity; problems: Problem[] } {
  try {
    return { value: parseStackName(stack), problems: [] };
  } catch (error) {
    if (error instanceof StackNameError) return { problems: [error.problem] };
    throw error;
  }
}

// What the Debian and Alpine packages take for a group of their own, more often than not.
const usualSocketGroup = 999;

function fromEnv(env: Env, ports: Ports, { environment, groupOf }: Sources) {
  const socket = env.DOCKER_HOST.startsWith("unix://") ? env.DOCKER_HOST.slice("unix://".length) : undefined;
  return {
    docker: {
      host: env.DOCKER_HOST,
      access: {
        certPath: env.DOCKER_CERT_PATH,
        verify: env.DOCKER_TLS_VERIFY !== undefined,
        sshAgent: environment["SSH_AUTH_SOCK"],
      },
      socketPath: env.DOCKER_SOCKET_PATH ?? socket ?? "/var/run/docker.sock",
      socketGroup: env.DOCKER_SOCKET_GID ?? (socket === undefined ? undefined : groupOf?.(socket)) ?? usualSocketGroup,
      dataRoot: env.DOCKER_DATA_ROOT,
    },
    images: { source: env.IMAGES, prefix: env.REGISTRY_PREFIX },
    registry:
      env.REGISTRY_ADDRESS === undefined
        ? undefined
        : { address: env.REGISTRY_ADDRESS, user: env.REGISTRY_USER ?? "", password: env.REGISTRY_PASSWORD ?? "" },
    forge: forgeOf(env),
    domain: env.DOMAIN,
    admin: { user: env.ADMIN_USER, email: env.ADMIN_EMAIL, allow: env.ADMIN_ALLOW },
    logs: { retentionDays: env.LOG_RETENTION_DAYS },
    backup: { intervalSeconds: env.BACKUP_INTERVAL, retentionDays: env.BACKUP_RETENTION_DAYS },
    gate: { timeoutSeconds: env.GATE_TIMEOUT_SECONDS },
    delivery: { edge: edgeOf(env, ports), timeoutSeconds: env.PROMOTE_TIMEOUT_SECONDS },
  };
}

/** The ports of the edge are published where the Engine is. */
function edgeOf({ EDGE_ADDRESS, DOCKER_HOST }: Env, { https }: Ports) {
  if (EDGE_ADDRESS !== undefined) {
    return EDGE_ADDRESS.map((address) => {
      const { host, port } = splitAddress(address);
      return { host, port: port ?? https };
    });
  }
  return [{ host: DOCKER_HOST.startsWith("unix://") ? "127.0.0.1" : new URL(DOCKER_HOST).hostname, port: https }];
}

function registryFaults({ given, path }: Variables): Problem[] {
  const names = ["REGISTRY_ADDRESS", "REGISTRY_USER", "REGISTRY_PASSWORD"];
  const [set, missing] = [names.filter((name) => given.has(name)), names.filter((name) => !given.has(name))];
  if (set.length === 0) return [];
  return missing.map((name) => ({
    path: path(name),
    got: "nothing",
    expected: `a value, because ${set.join(" and ")} ${set.length === 1 ? "is" : "are"} set`,
    remedy: "set all three, or none for registries without login",
  }));
}

function backupFaults({ env, path }: Variables): Problem[] {
  const { BACKUP_INTERVAL: interval, BACKUP_RETENTION_DAYS: days } = env;
  if (interval === undefined || days === undefined || interval <= days * 86_400) return [];
  return [
    {
      path: path("BACKUP_INTERVAL"),
      got: `a run every ${interval / 3600} hours`,
      expected: `at least one within BACKUP_RETENTION_DAYS (${days})`,
      remedy: "shorten it or keep backups longer: else a backup expires before the next one exists",
    },
  ];
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
