import { type Entry } from "../../../src/cluster/ledger.ts";
import { type Owned, type OwnedImage, type OwnedService } from "../../../src/cluster/objects.ts";
import { type World } from "../../../src/delivery/gc/world.ts";
import { entryOf } from "../ledger-answers.ts";

export const now = Date.parse("2026-03-01T12:00:00Z");
export const minutesAgo = (minutes: number) => now - minutes * 60_000;
export const daysAgo = (days: number) => minutesAgo(days * 1440);

interface StackOptions {
  readonly createdAt?: number | undefined;
  readonly labels?: Readonly<Record<string, string>>;
  readonly image?: string;
}

/** The objects of a stack: a service, one of each other kind, and a volume. */
export function objectsOf(stack: string, { createdAt = daysAgo(1), labels = {}, image = "app:1" }: StackOptions = {}) {
  const one = <K extends Owned["kind"]>(kind: K, name: string): Owned<K> => ({
    kind,
    id: `${kind}-${stack}-${name}`,
    name: `${stack}-${name}`,
    stack,
    labels: { "studygiveway.stack": stack, ...labels },
    createdAt,
  });
  const service: OwnedService = {
    ...one("service", "daphne"),
    unit: "daphne",
    image,
    generation: undefined,
    state: { UpdatedAt: new Date(createdAt).toISOString(), Spec: { Mode: { Replicated: { Replicas: 1 } } } },
  };
  return {
    services: [service],
    networks: [one("network", "app")],
    secrets: [one("secret", "connections")],
    configs: [one("config", "nginx.conf")],
    volumes: [one("volume", "postgres-1")],
  };
}

export type StackObjects = ReturnType<typeof objectsOf>;

export function together(all: readonly StackObjects[]): StackObjects {
  return {
    services: all.flatMap(({ services }) => services),
    networks: all.flatMap(({ networks }) => networks),
    secrets: all.flatMap(({ secrets }) => secrets),
    configs: all.flatMap(({ configs }) => configs),
    volumes: all.flatMap(({ volumes }) => volumes),
  };
}

/** What the backend says of a stack that was brought up a day ago. */
export function summaryOf(name: string, lastUpdate = daysAgo(1), resourceCount = 30) {
  return { name, lastUpdate: new Date(lastUpdate).toISOString(), updateInProgress: false, resourceCount };
}

export function imageOf(known: Partial<OwnedImage> = {}): OwnedImage {
  return {
    kind: "image",
    id: `sha256:${"a".repeat(64)}`,
    tags: ["studygiveway/daphne:pr-7"],
    digests: [],
    labels: { "studygiveway.inputs": "0" },
    createdAt: daysAgo(30),
    ...known,
  };
}

const policy = { keep: 0, ttlSeconds: Infinity, maxLive: 10 };
export const policies = { staging: policy, qa: policy, prod: policy };

/** A world in which nothing is known of any stack but what is given; all stacks with objects are in the backend. */
export function worldOf(known: Partial<World> & { readonly stacksOf?: readonly StackObjects[] } = {}): World {
  const { stacksOf: given = [], ...rest } = known;
  const objects = rest.objects ?? together(given);
  const names = [...new Set(objects.services.map(({ stack }) => stack))];
  return {
    openPullRequests: undefined,
    stacks: names.map((name) => summaryOf(name)),
    objects,
    images: [],
    ledger: [],
    leases: [],
    policy: policies,
    cap: 5,
    now,
    ...rest,
  };
}

export function generation(known: Partial<Entry>): Entry {
  return entryOf({ began: new Date(daysAgo(2)).toISOString(), changed: new Date(daysAgo(2)).toISOString(), ...known });
}
