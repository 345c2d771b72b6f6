import { type Entry } from "../../cluster/ledger.ts";
import { type Environment, environments, hostOf, urlOf } from "../../identity.ts";
import { type Settings } from "../../settings/index.ts";

/** How far a pull request has come in one environment. */
export interface Station {
  readonly environment: Environment;
  readonly generation: number;
  /** `repository@sha256:…`, or `sha256:…` */
  readonly image: string;
  readonly state: "deploying" | "live" | "replaced" | "failed" | "removed";
  /** Where it answers, if it does. */
  readonly url?: string | undefined;
  /** Why it failed. */
  readonly reason?: string | undefined;
}

const states = {
  going: "deploying",
  live: "live",
  replaced: "replaced",
  failed: "failed",
  destroyed: "removed",
} as const satisfies Record<Entry["outcome"], Station["state"]>;

/** The newest generation that a pull request has in each environment, in the order of the stages. */
export function stationsOf(
  entries: readonly Entry[],
  pr: number,
  { domain, ports }: Pick<Settings, "domain" | "ports">,
): Station[] {
  return environments.flatMap((environment) => {
    const own = entries.filter((entry) => entry.environment === environment && entry.pr === pr);
    const newest = own.at(-1);
    if (newest === undefined) return [];
    const { generation, image, outcome, reason } = newest;
    const host = hostOf({ kind: "release", environment, pr }, domain);
    const isServed = own.some((entry) => entry.outcome === "live");
    const url = isServed ? urlOf(host, ports.https) : undefined;
    return [{ environment, generation, image, state: states[outcome], url, reason }];
  });
}
