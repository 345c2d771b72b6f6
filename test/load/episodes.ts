import { type Load, type LoadArgs, startLoad } from "./load.ts";
import { type LoadResult } from "./result.ts";
import { now } from "./tally.ts";

/** Something that is done to the site while it is under load. */
export interface Episode {
  readonly name: string;
  /** Throws when it does not end as it should. */
  readonly play: (load: Load) => Promise<unknown>;
}

/** What an episode did to the load; times are seconds since the load began. */
export interface Played {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** What was due between them. */
  readonly sent: number;
  readonly lost: number;
  /** The longest that a request went out after its time: how much the machine kept even the generator waiting. */
  readonly behindMs: number;
  /** The release that answered at the beginning, and the one that did at the end. */
  readonly before: string;
  readonly after: string;
  /** When the other release answered for the first time, if one did. */
  readonly switched: number | undefined;
  /** From that answer to the first after which only that release answered; 0 when they did not mix. */
  readonly switchSeconds: number | undefined;
  readonly error: string | undefined;
}

export interface UnderLoadArgs extends LoadArgs {
  readonly episodes: readonly Episode[];
  /** The load goes on until at least so many requests were sent; the episodes begin spread over them. Default: none. */
  readonly requests?: number;
  /** Seconds of load without an episode, before the first, between two, and after the last. Default: 3. */
  readonly quietSeconds?: number;
  /** Told when an episode begins and when it has ended. */
  readonly say?: (text: string) => void;
}

export interface UnderLoad {
  readonly result: LoadResult;
  readonly episodes: readonly Played[];
}

/** Moments are milliseconds since the epoch. */
interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly before: string;
  readonly error: string | undefined;
}

const hour = 3600;

/** Plays episodes one after the other under load. After one that fails no other is played; its error is in the result. */
export async function playUnderLoad(args: UnderLoadArgs): Promise<UnderLoad> {
  const { episodes, requests = 0, quietSeconds = 3, say = () => undefined, ...plan } = args;
  const load = await startLoad({ seconds: hour, ...plan });
  const began = now();
  const spans: Span[] = [];
  const quiet = (since: number) => load.until("a quiet time", () => now() >= since + quietSeconds * 1000, hour);
  try {
    await load.until("the site answers", ({ release }) => release !== "", 30);
    for (const [index, episode] of episodes.entries()) {
      const turn = (requests * index) / episodes.length;
      await load.until(`request ${turn}`, (counters) => counters.requests >= turn, hour);
      await quiet(spans.at(-1)?.to ?? began);
      const span = await play(episode, load, say);
      spans.push(span);
      if (span.error !== undefined) break;
    }
    await quiet(spans.at(-1)?.to ?? began);
    if (spans.every(({ error }) => error === undefined))
      await load.until(`request ${requests}`, (counters) => counters.requests >= requests, hour);
  } finally {
    await load.stop();
  }
  const result = await load.result;
  return { result, episodes: spans.map((span) => withLosses(span, result)) };
}

async function play({ name, play }: Episode, load: Load, say: (text: string) => void): Promise<Span> {
  const { release: before } = load.counters();
  const from = now();
  say(`${name} begins`);
  let error: string | undefined;
  try {
    await play(load);
  } catch (caught) {
    error = caught instanceof Error ? caught.message : String(caught);
  }
  const to = now();
  const { lost } = load.counters();
  say(
    `${name} ${error === undefined ? "is over" : "failed"} after ${seconds(to - from).toFixed(1)} s, ${lost} lost so far`,
  );
  return { name, from, to, before, error };
}

/** What is asked within the second before and after counts with it. */
function withLosses({ from, to, ...span }: Span, { timeline, changes, began }: LoadResult): Played {
  const [first, last] = [Math.floor(seconds(from - began)), Math.ceil(seconds(to - began))];
  const within = (values: readonly number[]) => values.slice(first, last + 1);
  const sum = (counts: readonly number[]) => within(counts).reduce((total, count) => total + count, 0);
  const during = changes.filter(({ at }) => at >= from - 1000 && at <= to + 1000);
  const after = during.at(-1)?.to ?? span.before;
  const switched = during.find((change) => change.to === after)?.at;
  const settled = during.at(-1)?.at;
  return {
    ...span,
    ...{
      from: seconds(from - began),
      to: seconds(to - began),
      sent: sum(timeline.sent),
      lost: sum(timeline.lost),
      behindMs: Math.max(0, ...within(timeline.behindMs)),
      after,
    },
    switched: switched === undefined ? undefined : seconds(switched - began),
    switchSeconds: switched === undefined || settled === undefined ? undefined : seconds(settled - switched),
  };
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
