import { type Environment, type Identity } from "../identity.ts";
import { environmentLayer, type Layer, merge, pathIn, type ReadLayer, stackLayer } from "./layers.ts";
import { check, type Problem } from "./problem.ts";
import { type ServiceName, services } from "./services.ts";
import { environmentSchema, platformSchema } from "./stack.ts";

export interface SectionSources {
  readonly stack: string;
  /** The text of Pulumi.<environment>.yaml. */
  readonly environmentFile: (environment: Environment) => string | undefined;
  /** All keys of the stack's Pulumi configuration, with their projects before them. */
  readonly stackConfig: Readonly<Record<string, string>>;
}

/** What is said about a stack and its services; defaults are filled in later, for all services. */
interface Sections extends Readonly<Record<string, unknown>> {
  readonly data?: "own" | "shared" | undefined;
  /** Validated, and read by nothing yet: no command removes data by it. */
  readonly disposable?: boolean | undefined;
  readonly keep?: number | undefined;
  readonly ttl?: number | undefined;
  readonly maxLive?: number | undefined;
}

/** Pulumi.<environment>.yaml with the stack's own configuration over it. */
export function readSections(identity: Identity | undefined, sources: SectionSources) {
  if (identity === undefined) return { values: {} as Sections, problems: [] };
  const own = stackLayer(sources.stack, sources.stackConfig);
  const layers = identity.kind === "platform" ? [own] : [readEnvironment(identity.environment, sources), own];
  const schema = identity.kind === "platform" ? platformSchema : environmentSchema;
  const written = Object.entries(layers.map((layer) => layer.values).reduce(merge));
  const astray = written.map(([key]) => key).filter((key) => isService(key) && !Object.hasOwn(schema.shape, key));
  const fitting = Object.fromEntries(written.filter(([key]) => !astray.includes(key)));
  const checked = check(schema, fitting, (path) => pathIn(layers, path));
  const values: Sections = checked.values;
  const problems = [
    ...layers.flatMap((layer) => layer.problems),
    ...astray.filter(isService).map((name) => elsewhere(name, layers)),
    ...checked.problems,
    ...disposalFaults(identity, values, layers),
  ];
  return { values, problems };
}

function readEnvironment(environment: Environment, sources: SectionSources): ReadLayer {
  const name = `Pulumi.${environment}.yaml`;
  const text = sources.environmentFile(environment);
  if (text !== undefined) return environmentLayer(name, text);
  const remedy = "restore it from version control";
  return { name, values: {}, problems: [{ path: name, got: "nothing to read", expected: "a file", remedy }] };
}

function isService(key: string): key is ServiceName {
  return Object.hasOwn(services, key);
}

function elsewhere(name: ServiceName, layers: readonly Layer[]): Problem {
  return {
    path: pathIn(layers, [name]),
    got: "a section",
    expected: `none, because ${name} is not part of this stack`,
    remedy:
      services[name].home === "platform"
        ? `set it with pulumi config set --stack platform --path 'studygiveway-infra:${name}.<key>'`
        : "set it in Pulumi.<environment>.yaml",
  };
}

/** Refused already, so that no PROD is disposable on the day that something reads it. */
function disposalFaults(identity: Identity, { disposable }: Sections, layers: readonly Layer[]): Problem[] {
  if (identity.kind === "platform" || identity.environment !== "prod" || disposable !== true) return [];
  return [
    {
      path: pathIn(layers, ["disposable"]),
      got: "true",
      expected: "false for prod",
      remedy: "remove it: data of prod is never disposable",
    },
  ];
}
