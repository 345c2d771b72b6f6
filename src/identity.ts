export const environments = ["staging", "qa", "prod"] as const;
export type Environment = (typeof environments)[number];

/** What a stack is, read from its name; the name is the only thing that tells a staging stack from a prod one. */
export type Identity = Platform | Data | Release;

/** Edge, CI and logs of one cluster. */
export interface Platform {
  readonly kind: "platform";
}

/** Data of an environment that outlives its releases. */
export interface Data {
  readonly kind: "data";
  readonly environment: Environment;
}

/** One pull request deployed in one environment. */
export interface Release {
  readonly kind: "release";
  readonly environment: Environment;
  readonly pr: number;
}

/** What stands in front of a stack's host to name one of its consoles or its object store. */
export type HostPrefix = "s3" | "pgadmin" | "redis" | "memcached" | "kibana" | "jenkins" | "traefik";

// Nine digits keep every derived name inside Docker's 63 characters.
const greatestPr = 999_999_999;

const grammar =
  "platform, <environment>-data or <environment>-pr-<number> " +
  `with an environment out of ${environments.join(" ")} and a number from 1 to ${greatestPr} without leading zero`;

export class StackNameError extends Error {
  override readonly name = "StackNameError";
  readonly problem: { path: string; got: string; expected: string; remedy: string };

  constructor(stack: string) {
    const got = JSON.stringify(stack.slice(0, 80));
    const problem = { path: "stack", got, expected: grammar, remedy: "select a stack named like staging-pr-42" };
    super(`stack: got ${got}, expected ${grammar}, ${problem.remedy}`);
    this.problem = problem;
  }
}

export function parseStackName(name: string): Identity {
  const identity = tryParseStackName(name);
  if (identity === undefined) throw new StackNameError(name);
  return identity;
}

/** The same for names that others gave: undefined for one that is none of ours. */
export function tryParseStackName(name: string): Identity | undefined {
  if (name === "platform") return { kind: "platform" };
  const match = /^(staging|qa|prod)-(?:data|pr-([1-9][0-9]{0,8}))$/.exec(name);
  if (!match) return undefined;
  const environment = match[1] as Environment;
  return match[2] === undefined
    ? { kind: "data", environment }
    : { kind: "release", environment, pr: Number(match[2]) };
}

export function stackName(identity: Identity): string {
  switch (identity.kind) {
    case "platform":
      return "platform";
    case "data":
      return `${identity.environment}-data`;
    case "release":
      return `${identity.environment}-pr-${identity.pr}`;
  }
}

/** The host a stack answers at; with a prefix, the host of one of its consoles or of its object store. */
export function hostOf(identity: Identity, domain: string, prefix?: HostPrefix): string {
  const host = [...labels(identity), domain].join(".");
  return prefix === undefined ? host : `${prefix}.${host}`;
}

/** The address of a host in a browser. */
export function urlOf(host: string, httpsPort: number): string {
  return httpsPort === 443 ? `https://${host}` : `https://${host}:${httpsPort}`;
}

// The live prod release is the site itself, so prod stacks stand at the domain without labels of their own.
function labels(identity: Identity): string[] {
  if (identity.kind === "platform" || identity.environment === "prod") return [];
  return [identity.kind === "data" ? "data" : `pr-${identity.pr}`, identity.environment];
}
