import { type Engine } from "../../src/cluster/engine.ts";
import { type NetworkInfo, type ServiceSpec } from "./engine-objects.ts";

/** A deployed release as the Swarm knows it, with what stands in its files. */
export interface Release {
  readonly stack: string;
  readonly services: readonly ServiceSpec[];
  /** Those its services are on, its own and the platform's. */
  readonly networks: readonly NetworkInfo[];
  /** The contents of its configs and secrets by their names. */
  readonly files: ReadonlyMap<string, Buffer>;
}

export const stackLabel = "studygiveway.stack";

/** Reads a release; the Engine gives no secret away, so these come from the state of the stack. */
export async function readRelease(engine: Engine, stack: string, state: string): Promise<Release> {
  const filters = JSON.stringify({ label: [`${stackLabel}=${stack}`] });
  const [services, configs, networks] = await Promise.all([
    engine.listServices({ filters }) as Promise<unknown> as Promise<{ Spec: ServiceSpec }[]>,
    engine.listConfigs({ filters }) as Promise<unknown> as Promise<{ Spec: { Name: string; Data?: string } }[]>,
    engine.listNetworks() as Promise<unknown> as Promise<NetworkInfo[]>,
  ]);
  const specs = services.map(({ Spec }) => Spec).sort((a, b) => a.Name.localeCompare(b.Name));
  const used = new Set(specs.flatMap(({ TaskTemplate }) => (TaskTemplate.Networks ?? []).map(({ Target }) => Target)));
  return {
    stack,
    services: specs,
    networks: networks.filter(({ Id }) => used.has(Id)),
    files: new Map([
      ...configs.map(({ Spec }) => [Spec.Name, Buffer.from(Spec.Data ?? "", "base64")] as const),
      ...secretsOf(state),
    ]),
  };
}

interface ExportedState {
  readonly deployment: {
    readonly resources?: readonly { readonly type: string; readonly outputs?: Readonly<Record<string, unknown>> }[];
  };
}

/** The contents of the secrets in what `pulumi stack export --show-secrets` prints. */
export function secretsOf(state: string): [string, Buffer][] {
  const { deployment } = JSON.parse(state) as ExportedState;
  return (deployment.resources ?? [])
    .filter(({ type }) => type === "docker:index/secret:Secret")
    .map(({ outputs }) => [plain(outputs?.["name"]), Buffer.from(plain(outputs?.["data"]), "base64")]);
}

/** A secret value is an object in the state, with the JSON of the value as its plain text. */
function plain(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "plaintext" in value) {
    return String(JSON.parse(String(value.plaintext)));
  }
  throw new Error("a secret in the exported state has no readable name or data");
}
