import { buildApplication } from "../../tools/images.ts";
import { loadEnvironmentSettings, type Settings } from "../settings/index.ts";
import { type Context } from "./context.ts";

/** What the application's image of a pull request is called. */
export function referenceOf({ images }: Pick<Settings, "images">, pr: number): string {
  return `${images.prefix}/daphne:pr-${pr}`;
}

/** Builds the application's image of a pull request from this checkout; gives its reference. */
export async function build(context: Context, pr: number): Promise<string> {
  const settings = loadEnvironmentSettings({ kind: "release", environment: "staging", pr });
  const reference = referenceOf(settings, pr);
  await context.progress.step("build", async (say) => {
    await buildApplication(settings.images.source, reference, context.env, say);
    return { value: undefined, said: reference };
  });
  return reference;
}

export async function buildVerb(context: Context, { pr }: { readonly pr: number }): Promise<number> {
  const image = await build(context, pr);
  context.out(context.json ? `${JSON.stringify({ image })}\n` : `${image}\n`);
  return 0;
}
