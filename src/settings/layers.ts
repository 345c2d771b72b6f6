import { parseDocument } from "yaml";
import { type Problem, show } from "./problem.ts";

export const project = "studygiveway-infra";

type Values = Readonly<Record<string, unknown>>;

/** Settings from one place; a later layer lies over an earlier one. */
export interface Layer {
  readonly name: string;
  readonly values: Values;
}

export interface ReadLayer extends Layer {
  readonly problems: readonly Problem[];
}

/** Pulumi.<environment>.yaml: the keys of this project below `config:`, and nothing else. */
export function environmentLayer(name: string, text: string): ReadLayer {
  const content = parseYaml(text);
  if (content instanceof Error) {
    const got = content.message.split("\n")[0]?.replace(/:$/, "") ?? "";
    return { name, values: {}, problems: [{ path: name, got, expected: "YAML", remedy: "correct that line" }] };
  }
  const config = isObject(content) ? content.config : undefined;
  if (!isObject(content) || !isObject(config)) {
    const expected = `config: with keys like ${project}:data below it`;
    return {
      name,
      values: {},
      problems: [{ path: name, got: show(content), expected, remedy: "write at least that" }],
    };
  }
  const strangers = Object.keys(content).filter((key) => key !== "config");
  return layer(
    name,
    Object.entries(config),
    strangers.map((key) => ({
      path: `${key} (${name})`,
      got: "an unknown name",
      expected: "config: alone",
      remedy: "remove it; Pulumi writes such lines when a stack is named like the environment",
    })),
  );
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: true, merge: false });
  const fault = [...document.errors, ...document.warnings][0];
  if (fault) return fault;
  try {
    // No aliases: what a key says stands below it.
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    return error;
  }
}

/** The stack's own Pulumi configuration, as the engine hands it over: structured values are JSON texts. */
export function stackLayer(stack: string, config: Readonly<Record<string, string>>): ReadLayer {
  const ours = Object.entries(config).filter(([key]) => key.startsWith(`${project}:`));
  return layer(
    `pulumi config of ${stack}`,
    ours.map(([key, text]) => [key, structured(text)]),
    [],
  );
}

function structured(text: string): unknown {
  if (!/^(?:[{[]|true$|false$|[0-9]{1,6}$)/.test(text)) return text;
  try {
    return JSON.parse(text, unquoted);
  } catch {
    return text;
  }
}

// `pulumi config set` keeps whole numbers as numbers and puts fractions into quotes.
function unquoted(key: string, value: unknown): unknown {
  return key === "cpus" && typeof value === "string" && /^[0-9]+\.[0-9]+$/.test(value) ? Number(value) : value;
}

function layer(name: string, entries: readonly (readonly [string, unknown])[], problems: Problem[]): ReadLayer {
  const values: [string, unknown][] = [];
  for (const [key, value] of entries) {
    const bare = key.slice(project.length + 1);
    if (!key.startsWith(`${project}:`)) {
      problems.push({
        path: `${key} (${name})`,
        got: "a key of another project",
        expected: `${project}:<name>`,
        remedy: `put ${project}: before it or remove it`,
      });
    } else if (bare.includes(".")) {
      problems.push({
        path: `${bare} (${name})`,
        got: "a path as a name",
        expected: "a section of that name",
        remedy: `set it with pulumi config set --path '${key}', or write it as a YAML section`,
      });
    } else values.push([bare, value]);
  }
  return { name, values: Object.fromEntries(values), problems };
}

/** Sections are merged key by key, anything else is replaced. */
export function merge(lower: Values, upper: Values): Values {
  const keys = new Set([...Object.keys(lower), ...Object.keys(upper)]);
  return Object.fromEntries(
    [...keys].map((key) => {
      const [below, above] = [lower[key], upper[key]];
      if (isObject(below) && isObject(above)) return [key, merge(below, above)];
      return [key, Object.hasOwn(upper, key) ? above : below];
    }),
  );
}

/** A setting's path and the layer that decides it. */
export function pathIn(layers: readonly Layer[], path: readonly PropertyKey[]): string {
  const owner = layers.findLast(({ values }) => has(values, path));
  const dotted = path.map(String).join(".").slice(0, 120);
  return owner === undefined ? dotted : `${dotted} (${owner.name})`;
}

function has(values: unknown, [key, ...rest]: readonly PropertyKey[]): boolean {
  if (key === undefined) return true;
  return isObject(values) && Object.hasOwn(values, key) && has(values[String(key)], rest);
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
