/** A resource's inputs as the engine shows them: secrets masked, what is not known yet as one fixed word. */
export type Inputs = Readonly<Record<string, unknown>>;

/** What stands in the engine's events for a value that only the update itself will know. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What stands for a secret, whatever it is. */
export const masked = "[secret]";

/** The parts of a service's inputs that decide what a change of it does. */
interface ServiceInputs {
  readonly image: string | undefined;
  readonly replicas: number | undefined;
  readonly order: string | undefined;
  readonly env: Readonly<Record<string, unknown>>;
  /** By the path in the container. */
  readonly volumes: ReadonlyMap<string, string>;
}

export function serviceInputs(inputs: Inputs = {}): ServiceInputs {
  const container = at(inputs, "taskSpec", "containerSpec");
  const mounts = (container["mounts"] ?? []) as Inputs[];
  const volumes = mounts.filter(({ type }) => type === "volume");
  return {
    image: container["image"] as string | undefined,
    replicas: at(inputs, "mode", "replicated")["replicas"] as number | undefined,
    order: at(inputs, "updateConfig")["order"] as string | undefined,
    env: at(container, "env"),
    volumes: new Map(volumes.map(({ target, source }) => [String(target), String(source)])),
  };
}

function at(inputs: Inputs, ...path: readonly string[]): Inputs {
  return path.reduce<Inputs>((inner, key) => (inner[key] ?? {}) as Inputs, inputs);
}

/**
 * Every value by its path. Lists become maps where their entries have names, so that one entry more does not look like a
 * change of all after it: labels by their name, files and mounts by their path in the container.
 */
export function leaves(inputs: Inputs): Map<string, unknown> {
  const found = new Map<string, unknown>();
  collect(inputs, [], found);
  return found;
}

const separator = " ";

function collect(value: unknown, path: readonly string[], found: Map<string, unknown>): void {
  if (typeof value !== "object" || value === null || isMasked(value)) {
    found.set(path.join(separator), isMasked(value) ? masked : value);
    return;
  }
  for (const [key, inner] of entriesOf(value)) if (key !== "__defaults") collect(inner, [...path, key], found);
}

function entriesOf(value: object): [string, unknown][] {
  if (!Array.isArray(value)) return Object.entries(value);
  return value.map((entry: unknown, index) => {
    const { label, value: text, fileName, target } = (entry ?? {}) as Inputs;
    if (typeof label === "string") return [label, text];
    return [[fileName, target].find((name) => typeof name === "string") ?? String(index), entry];
  });
}

/** A secret keeps its place and its ciphertext's, but no value. */
function isMasked(value: unknown): boolean {
  return typeof value === "object" && value !== null && "ciphertext" in value;
}
