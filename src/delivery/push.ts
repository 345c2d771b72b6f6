import { loadEnvironmentSettings, type Settings } from "../settings/index.ts";
import { referenceOf } from "./build.ts";
import { type Context } from "./context.ts";
import { ImageError, loginOf, namesRegistry, repositoryOf } from "./image.ts";
import { Refused } from "./refused.ts";

export interface PushOptions {
  readonly pr: number;
  /** Where no registry is named, the image is left where it is, and its id printed. */
  readonly ifRegistry?: boolean | undefined;
}

/** Sends the image of a pull request to the registry; prints the reference with the digest it has there. */
export async function push(context: Context, { pr, ifRegistry = false }: PushOptions): Promise<number> {
  const settings = loadEnvironmentSettings({ kind: "release", environment: "staging", pr });
  const reference = referenceOf(settings, pr);
  if (!ifRegistry && !namesRegistry(reference)) {
    throw new Refused({
      path: "REGISTRY_PREFIX",
      got: JSON.stringify(settings.images.prefix),
      expected: "one that begins with the host of a registry",
      remedy: "set it, or say --if-registry on a Swarm of one node, which needs no push",
    });
  }
  const image = await publish(context, settings, reference);
  context.out(context.json ? `${JSON.stringify({ image })}\n` : `${image}\n`);
  return 0;
}

/**
 * Takes an image of this node to where the Swarm gets it from, and gives it a name that never means another one. Without a
 * registry that is its id here: its name might be known to a registry of strangers.
 */
export function publish(context: Context, settings: Settings, reference: string): Promise<string> {
  if (!namesRegistry(reference)) return idOf(context, reference);
  return context.progress.step("push", async (say) => {
    const value = await send(context, settings, reference, say);
    return { value, said: value };
  });
}

async function idOf({ engine }: Context, reference: string): Promise<string> {
  try {
    return (await engine.getImage(reference).inspect()).Id;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    throw new ImageError(`image ${reference}: this node does not have it, run sgw build first`);
  }
}

interface PushEvent {
  readonly error?: string;
  readonly status?: string;
  readonly aux?: { readonly Digest?: string };
}

async function send({ engine }: Context, settings: Settings, reference: string, say: (text: string) => void) {
  const stream = await engine.getImage(reference).push({ authconfig: loginOf(settings) ?? {} });
  const events = await new Promise<PushEvent[]>((resolve, reject) => {
    engine.modem.followProgress(
      stream,
      (error, output: PushEvent[]) => {
        if (error) reject(error);
        else resolve(output);
      },
      ({ status }: PushEvent) => {
        if (status?.startsWith("The push refers") === true) say(status);
      },
    );
  });
  const failure = events.find(({ error }) => error !== undefined)?.error;
  const digest = events.findLast(({ aux }) => aux?.Digest !== undefined)?.aux?.Digest;
  if (digest === undefined)
    throw new ImageError(`image ${reference}: not pushed (${failure ?? "the registry named no digest"})`);
  return `${repositoryOf(reference)}@${digest}`;
}
