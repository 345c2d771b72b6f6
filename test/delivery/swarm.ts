import { type Engine } from "../../src/cluster/engine.ts";

interface Config {
  readonly ID: string;
  Version: { Index: number };
  UpdatedAt: string;
  Spec: { Name: string; Labels: Record<string, string>; Data: string };
}

interface Change {
  readonly version: number;
  readonly Name: string;
  readonly Labels: Record<string, string>;
  readonly Data: string;
}

/** The part of a Swarm that keeps configs: unique names, and labels that change only from the version that was read. */
export class Swarm {
  readonly configs: Config[] = [];
  /** The Engine's clock. */
  now = Date.parse("2024-05-02T10:00:00Z");
  /** What others do right after a change was taken. */
  afterUpdate: (() => void) | undefined;
  #index = 1;

  get engine(): Engine {
    return {
      info: () => Promise.resolve({ SystemTime: new Date(this.now).toISOString() }),
      listConfigs: ({ filters }: { filters: { name?: string[]; label?: string[] } }) =>
        Promise.resolve(
          this.configs.filter((config) => fits(config, filters)).map((config) => structuredClone(config)),
        ),
      createConfig: (spec: Config["Spec"]) => this.#create(spec),
      getConfig: (id: string) => ({
        inspect: () => Promise.resolve(structuredClone(this.#find(id))),
        update: (change: Change) => this.#update(id, change),
        remove: () => Promise.resolve(this.configs.splice(this.configs.indexOf(this.#find(id)), 1)),
      }),
    } as unknown as Engine;
  }

  #find(id: string): Config {
    const config = this.configs.find(({ ID }) => ID === id);
    if (config === undefined) throw Object.assign(new Error(`config ${id} not found`), { statusCode: 404 });
    return config;
  }

  async #create(spec: Config["Spec"]): Promise<{ ID: string }> {
    await Promise.resolve();
    if (this.configs.some(({ Spec }) => Spec.Name === spec.Name)) {
      throw Object.assign(new Error(`config ${spec.Name} already exists`), { statusCode: 409 });
    }
    const ID = `config-${this.#index}`;
    this.configs.push({
      ID,
      Version: { Index: ++this.#index },
      UpdatedAt: new Date(this.now).toISOString(),
      Spec: spec,
    });
    return { ID };
  }

  async #update(id: string, { version, ...spec }: Change): Promise<void> {
    await Promise.resolve();
    const config = this.#find(id);
    if (config.Version.Index !== version) {
      throw Object.assign(new Error("rpc error: update out of sequence"), { statusCode: 500 });
    }
    if (config.Spec.Data !== spec.Data || config.Spec.Name !== spec.Name) {
      throw Object.assign(new Error("only updates to Labels are allowed"), { statusCode: 400 });
    }
    config.Spec = spec;
    config.Version = { Index: ++this.#index };
    config.UpdatedAt = new Date(this.now).toISOString();
    this.afterUpdate?.();
  }
}

function fits({ Spec }: Config, { name, label }: { name?: string[]; label?: string[] }): boolean {
  const hasLabel = (wanted: string) => {
    const [key = "", value] = wanted.split("=");
    return value === undefined ? Object.hasOwn(Spec.Labels, key) : Spec.Labels[key] === value;
  };
  // Swarm takes a name for a prefix.
  return (name ?? [""]).some((prefix) => Spec.Name.startsWith(prefix)) && (label ?? []).every(hasLabel);
}
