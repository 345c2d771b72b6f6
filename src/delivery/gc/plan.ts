import { type Environment, environments, type Release } from "../../identity.ts";
import { stackOf } from "../course.ts";
import { age } from "../status/text.ts";
import { type StackSummary } from "../workspace.ts";
import { imageItems } from "./images.ts";
import { shieldOf } from "./shield.ts";
import { type Candidate, candidates, changedAt, isDeployed, type Item, type Plan, type World } from "./world.ts";

/**
 * What may go and what stays, each with its reason. Three have to agree on a stack: the backend, the Swarm and the
 * ledger; the forge says which pull requests are open. Who does not answer is never a reason to remove anything.
 */
export function planCollection(world: World): Plan {
  const judged = candidates(world).flatMap((candidate) => verdictOn(candidate, world));
  const fates = [...judged, ...surplus(judged, world)];
  const stacks = fates.filter(({ fate }) => fate.isDoomed);
  const images = imageItems(world);
  const doomed = [...stacks.map(itemOf), ...images.doomed];
  const spared = new Set(stacks.map(({ candidate }) => candidate.name));
  return {
    doomed: doomed.slice(0, world.cap),
    kept: [
      ...fates.filter(({ candidate, fate }) => !fate.isDoomed && !spared.has(candidate.name)).map(itemOf),
      ...doomed
        .slice(world.cap)
        .map((item) => ({ ...item, reason: `next time, because the cap is ${world.cap}: ${item.reason}` })),
      ...images.kept,
    ],
  };
}

interface Fate {
  readonly isDoomed: boolean;
  readonly isShielded?: boolean;
  readonly reason: string;
}

interface Judged {
  readonly candidate: Candidate;
  readonly fate: Fate;
}

function itemOf({ candidate, fate }: Judged): Item {
  return { what: "stack", name: candidate.name, reason: fate.reason };
}

function verdictOn(candidate: Candidate, world: World): Judged[] {
  // What is nowhere but in the ledger is history.
  if (!isDeployed(candidate) && candidate.summary === undefined) return [];
  const shield = shieldOf(candidate, world);
  if (shield !== undefined) return [{ candidate, fate: { isDoomed: false, isShielded: true, reason: shield } }];
  return [{ candidate, fate: isDeployed(candidate) ? fateOfDeployed(candidate, world) : fateOfEmpty(candidate) }];
}

/** A stack that the backend knows and the Swarm has nothing of. */
function fateOfEmpty(candidate: Candidate): Fate {
  const { resourceCount = 0 } = candidate.summary ?? {};
  // The state of another cluster may be in the same backend.
  if (resourceCount > 0) return kept(`its ${resourceCount} resources are not in this Swarm, perhaps in another`);
  // Made and configured, it may be about to be deployed for the first time.
  if (changedAt(candidate) === undefined) return kept("was never deployed");
  return doomed("a stack without anything in it");
}

function fateOfDeployed(candidate: Candidate, world: World): Fate {
  const { summary, identity, entries } = candidate;
  if (identity?.kind !== "release") return kept("its name is not that of a release");
  const { stacks, policy, now } = world;
  if (summary === undefined) return fateOfUnknown(candidate, world);
  if (stacks === undefined) return kept("the backend does not answer");
  const replaced = entries.findLast(({ outcome }) => outcome === "replaced");
  if (replaced !== undefined) return doomed(`generation ${replaced.generation} was replaced, and no rollback needs it`);
  const closed = closedReason(identity, world);
  if (closed.isDoomed) return closed;
  const { ttlSeconds } = policy[identity.environment];
  const changed = changedAt(candidate);
  const left = changed === undefined ? Infinity : ttlSeconds - (now - changed) / 1000;
  if (left <= 0) return doomed(`expired: last changed ${age(ttlSeconds - left)} ago, ttl is ${age(ttlSeconds)}`);
  return kept(Number.isFinite(left) ? `${closed.reason}, expires in ${age(left)}` : closed.reason);
}

/** What the forge says. An empty list is what a lost permission looks like, too, so it says nothing. */
function closedReason({ environment, pr }: Release, { openPullRequests: open }: World): Fate {
  if (open === undefined || open.size === 0) return kept("nobody knows whether its pull request is open");
  if (open.has(pr)) return kept(`pull request ${pr} is open`);
  // A pull request is merged long before it comes to PROD.
  return environment === "prod"
    ? kept(`pull request ${pr} is merged or closed`)
    : doomed(`pull request ${pr} is not open`);
}

/** Objects of a stack that the backend does not know. */
function fateOfUnknown(candidate: Candidate, world: World): Fate {
  const { stacks } = world;
  if (stacks === undefined) return kept("the backend does not answer");
  const stranger = strangerTo(stacks, world);
  if (stranger !== undefined) return kept(`the backend does not even know ${stranger}: it is another cluster's`);
  if (changedAt(candidate) === undefined) return kept("nobody knows how old it is");
  const last = candidate.entries.at(-1);
  const history = last === undefined ? "" : `, left of generation ${last.generation} (${last.outcome})`;
  return doomed(`${count(candidate)} that no backend knows${history}`);
}

/** With another backend than the one it was deployed with, every stack of a cluster looks as if nobody knew it. */
function strangerTo(stacks: readonly StackSummary[], { objects, ledger }: World): string | undefined {
  const known = new Set(stacks.map(({ name }) => name));
  const live = ledger.filter(({ outcome }) => outcome === "live").map(stackOf);
  const lasting = objects.services.filter(
    ({ stack }) => /^(?:platform|[a-z]+-data)$/.test(stack) || live.includes(stack),
  );
  return lasting.find(({ stack }) => !known.has(stack))?.stack;
}

function count({ objects }: Candidate): string {
  const removable = objects.filter(({ kind }) => kind !== "volume").length;
  return removable === 1 ? "1 object" : `${removable} objects`;
}

/** The oldest beyond the number of releases that an environment may have. */
function surplus(judged: readonly Judged[], { policy }: World): Judged[] {
  return environments.flatMap((environment) => {
    const own = judged.filter((one) => isOf(one, environment) && isDeployed(one.candidate));
    const staying = own.filter(({ fate }) => !fate.isDoomed);
    const { maxLive } = policy[environment];
    const idle = staying.filter(({ fate, candidate }) => fate.isShielded !== true && candidate.summary !== undefined);
    const oldestFirst = idle.sort((a, b) => (changedAt(a.candidate) ?? 0) - (changedAt(b.candidate) ?? 0));
    return oldestFirst.slice(0, Math.max(0, staying.length - maxLive)).map(({ candidate }) => ({
      candidate,
      fate: doomed(`the oldest of ${staying.length} releases, maxLive is ${maxLive}`),
    }));
  });
}

function isOf({ candidate: { identity } }: Judged, environment: Environment): boolean {
  return identity?.kind === "release" && identity.environment === environment;
}

function doomed(reason: string): Fate {
  return { isDoomed: true, reason };
}

function kept(reason: string): Fate {
  return { isDoomed: false, reason };
}
