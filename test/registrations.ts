import * as pulumi from "@pulumi/pulumi";
import { newScope } from "../src/docker/scope.ts";
import { swarmProvider } from "../src/docker/provider.ts";
import { settingsFrom, type Settings } from "../src/settings/settings.ts";
import { compose } from "../src/stacks/program.ts";
import { type Input, sources } from "./settings/sources.ts";

/** One resource as the program asks for it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The settings of a stack as a fresh checkout gives them, with what the test changes. */
export function settingsOf(stack: string, input: Omit<Input, "stack"> = {}): Settings {
  return settingsFrom(sources({ stack, ...input, variables: { IMAGES: "stand-in", ...input.variables } }));
}

/** The text of a file that a service is given, open or secret: `elasticsearch-1-users_roles`. */
export function fileOf(rows: readonly Registration[], name: string): string {
  const row = rows.find((one) => one.name === name && /:(?:Secret|ServiceConfig)$/.test(one.type));
  if (row === undefined) throw new Error(`no file ${name}`);
  const { data } = row.inputs as { data: string | { value: string } };
  return Buffer.from(typeof data === "string" ? data : data.value, "base64").toString("utf8");
}

// Of two programs at the same time, each would also be told what the other registers: Pulumi has one engine per process.
let turn: Promise<unknown> = Promise.resolve();

/** Every resource that a stack registers, in the order of their names. No engine and no Docker: the shape alone. */
export async function registrations(settings: Settings, nodes = 1): Promise<Registration[]> {
  const mine = turn.then(() => record(settings, nodes));
  turn = mine.catch(() => undefined);
  return mine;
}

async function record(settings: Settings, nodes: number): Promise<Registration[]> {
  const inputs = new Map<string, Record<string, unknown>>();
  const twice = new Set<string>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs: given }) => {
        const key = `${type} ${name}`;
        if (inputs.has(key)) twice.add(key);
        inputs.set(key, given as Record<string, unknown>);
        return { id: `${name}-id`, state: { name: `${name}-name`, ...stateOf(type, name, given as object) } };
      },
      call: ({ inputs: given }) => given as Record<string, unknown>,
    },
    "studygiveway-infra",
    "test",
    false,
    "organization",
  );
  const parents = recordParents();
  await pulumi.runtime.runInPulumiStack(async () => {
    await compose(newScope(settings, swarmProvider(settings), nodes));
    return {};
  });
  await pulumi.runtime.disconnect();
  // The engine would take them for two below two parents; here the one would hide the other.
  if (twice.size > 0) throw new Error(`registered more than once: ${[...twice].join(", ")}`);
  return [...inputs]
    .map(([key, given]) => {
      const [type = "", name = ""] = key.split(" ");
      return { type, name, parent: parents.get(key) ?? "", inputs: given };
    })
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .sort((a, b) => `${a.type} ${a.name}`.localeCompare(`${b.type} ${b.name}`));
}

/** Mocks are not told the parent, so it is read from the request to the engine. */
function recordParents(): Map<string, string> {
  const parents = new Map<string, string>();
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource: (request: Request, ...rest: unknown[]) => unknown;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    parents.set(`${request.getType()} ${request.getName()}`, request.getParent().split("::").at(-1) ?? "");
    return register(request, ...rest);
  };
  return parents;
}

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
}

function stateOf(type: string, name: string, inputs: object): object {
  if (type === "random:index/randomPassword:RandomPassword") return { result: `generated-${name}` };
  if (type === "pulumi:pulumi:StackReference") return { ...inputs, outputs: borrowed, secretOutputNames: [] };
  return inputs;
}

const network = (name: string) => ({ id: `${name}-id`, name: `${name}-name` });

/** What the stacks that are borrowed from would say. */
const borrowed = {
  networks: { edge: network("edge"), admin: network("admin"), logs: network("logs") },
  elasticsearch: { hosts: ["http://elasticsearch-1:9200"] },
  elasticsearchPasswords: { staging: "staging-password", qa: "qa-password", prod: "prod-password" },
  logstash: { host: "logstash", port: 8080 },
  adminUser: "admin",
  adminPassword: "admin-password",
  network: network("data"),
  connections: {
    postgres: {
      host: "haproxy",
      port: 5432,
      roPort: 5433,
      database: "app",
      user: "app",
      password: "postgres-password",
    },
    redisStack: { host: "redis-stack-1", port: 6379, password: "redis-password" },
    memcached: { hosts: ["memcached-1:11211"] },
    minio: { endpoint: "minio-1:9000", accessKey: "minio-user", secretKey: "minio-password" },
  },
  secretKey: "the-key-of-the-data-tier",
  urls: {},
  services: [],
};
