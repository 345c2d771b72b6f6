import { loadEnvironmentSettings, type Settings } from "../settings/index.ts";
import { referenceOf } from "./build.ts";
import { type Context } from "./context.ts";
import { loginOf, namesRegistry, repositoryOf } from "./image.ts";
import { Refused } from "./refused.ts";

export interface PushOptions {
  readonly pr: number;
  /** Where no registry is named, the image is left where it is, and its own reference printed. */
  readonly ifRegistry?: boolean | undefined;
}

/** Sends the image of a pull request to the registry; prints the reference with the digest it has there. */
export async function push(context: Context, { pr, ifRegistry = false }: PushOptions): Promise<number> {
  const settings = loadEnvironmentSettings({ kind: "release", environment: "staging", pr });
  const reference = referenceOf(settings, pr);
  if (!namesRegistry(reference)) {
    if (ifRegistry) return print(context, reference);
    throw new Refused({
      path: "REGISTRY_PREFIX",
      got: JSON.stringify(settings.images.prefix),
      expected: "one that begins with the host of a registry",
      remedy: "set it, or say --if-registry on a Swarm of one node, which needs no push",
    });
  }
  const image = await context.progress.step("push", async (say) => {
    const value = await send(context, settings, reference, say);
    return { value, said: value };
  });
  return print(context, image);
}

function print({ json, out }: Context, image: string): number {
  out(json ? `${JSON.stringify({ image })}\n` : `${image}\n`);
  return 0;
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
  if (digest === undefined) throw new Error(`${reference}: not pushed (${failure ?? "the registry named no digest"})`);
  return `${repositoryOf(reference)}@${digest}`;
}
