import { type Entry, liveEntry } from "../../cluster/ledger.ts";
import { isKept, type OwnedImage } from "../../cluster/objects.ts";
import { environments } from "../../identity.ts";
import { formerOf } from "../admission.ts";
import { graceSeconds } from "./shield.ts";
import { type Item, type World } from "./world.ts";

/** The images of so many generations of each environment stay, so that a rollback needs no registry. */
const rememberedGenerations = 5;

/** Which images of ours nothing runs, nothing may want back, and nothing names but a pull request. */
export function imageItems(world: World): { doomed: Item[]; kept: Item[] } {
  const doomed: Item[] = [];
  const kept: Item[] = [];
  for (const image of world.images) {
    // What the system itself is made of is wanted by the next stack that is deployed.
    if (!isDisposable(image)) continue;
    const reason = needOf(image, world);
    const item = {
      what: "image",
      name: image.tags[0] ?? image.id.slice(0, "sha256:".length + 12),
      id: image.id,
    } as const;
    if (reason === undefined) doomed.push({ ...item, reason: "no service runs it, and no recent generation did" });
    else kept.push({ ...item, reason });
  }
  return { doomed, kept };
}

/** An application's image of a pull request, or one whose name a newer build has taken. */
function isDisposable({ tags }: OwnedImage): boolean {
  return tags.every((tag) => /:pr-[0-9]+$/.test(tag));
}

function needOf(image: OwnedImage, { objects, ledger, now }: World): string | undefined {
  if (isKept(image)) return "carries the label studygiveway.keep=true";
  const user = objects.services.find((service) => isSame(image, service.image));
  if (user !== undefined) return `${user.name} runs it`;
  const recent = environments.map((environment) => recentOf(ledger, environment));
  const wanted = recent.flat().find((entry) => isSame(image, entry.image));
  if (wanted !== undefined) return `generation ${wanted.generation} of ${wanted.environment} ran it`;
  const oldest = Math.min(...recent.flatMap(([first]) => (first === undefined ? [] : [Date.parse(first.began)])));
  if (!Number.isFinite(oldest)) return "no generation is in the ledger yet";
  const bound = Math.min(oldest, now - graceSeconds * 1000);
  return image.createdAt < bound ? undefined : `newer than the last ${rememberedGenerations} generations`;
}

/** Those that users reached or that are on their way; what failed is no form to go back to, however often it was tried. */
function recentOf(ledger: readonly Entry[], environment: string): Entry[] {
  const wanted = ledger.filter((entry) => entry.environment === environment && entry.outcome !== "failed");
  const former = formerOf(wanted, liveEntry(wanted));
  const recent = wanted.slice(-rememberedGenerations);
  return former === undefined || recent.includes(former) ? recent : [...recent, former];
}

/** Does a reference, as services and the ledger have it, mean this image? */
function isSame({ id, tags, digests }: OwnedImage, reference: string): boolean {
  const digest = /sha256:[0-9a-f]{64}$/.exec(reference)?.[0];
  if (digest === undefined) return tags.includes(reference);
  return digest === id || digests.some((known) => known.endsWith(`@${digest}`));
}
