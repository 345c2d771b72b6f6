import { type EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { type Identity, parseStackName } from "../identity.ts";
import { loadEnvironmentSettings, type Settings } from "../settings/index.ts";
import { type Context } from "./context.ts";
import { type Forge, openForge } from "./forge/forge.ts";
import { previewOf } from "./preview/foretold.ts";
import { previewMarkdown, previewText } from "./preview/text.ts";
import { Refused } from "./refused.ts";

export interface PreviewOptions {
  readonly stack: string;
  /** Also writes it on the pull request, as one comment that later previews of the stack edit. */
  readonly comment?: boolean | undefined;
}

type Commenter = Pick<Forge, "comment">;
type Open = (settings: NonNullable<Settings["forge"]>) => Commenter;

/** `sgw preview`: what an `up` of a stack would change, by service, and what that does to those who use it. */
export async function preview(
  context: Pick<Context, "workspace" | "progress" | "json" | "out">,
  { stack, comment = false }: PreviewOptions,
  open: Open = openForge,
  read: (identity: Identity) => Pick<Settings, "forge"> = loadEnvironmentSettings,
): Promise<number> {
  const identity = parseStackName(stack);
  const { forge } = comment ? read(identity) : {};
  const write = comment ? commenter(stack, identity, forge && open(forge)) : undefined;
  const foretold = await foretell(context, stack);
  context.out(context.json ? `${JSON.stringify(foretold, undefined, 2)}\n` : previewText(foretold));
  await write?.(previewMarkdown(foretold));
  return 0;
}

/** What an update of a stack would change. */
export function foretell({ workspace, progress }: Pick<Context, "workspace" | "progress">, stack: string) {
  const events: EngineEvent[] = [];
  return progress.step(stack, async () => {
    await workspace.preview(stack, (event) => events.push(event));
    const value = previewOf(stack, events);
    return { value, said: value.groups.length === 0 ? "no changes" : value.risk };
  });
}

/** Refuses before the preview what could only fail after it. */
function commenter(stack: string, identity: Identity, forge: Commenter | undefined): (body: string) => Promise<void> {
  if (identity.kind !== "release") {
    const remedy = "leave --comment out";
    throw new Refused({ path: `stack ${stack}`, got: "one without a pull request", expected: "a release", remedy });
  }
  if (forge === undefined) {
    const remedy = "set FORGE, FORGE_REPOSITORY and FORGE_TOKEN in .env, or leave --comment out";
    throw new Refused({ path: "--comment", got: "no forge", expected: "the one that has the pull request", remedy });
  }
  return (body) => forge.comment(identity.pr, `studygiveway/preview/${stack}`, body);
}
