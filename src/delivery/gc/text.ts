import { columns } from "../status/text.ts";
import { type Collected } from "./collect.ts";
import { type Item, type Plan } from "./world.ts";

/** What a dry run prints. */
export function planText(plan: Plan): string {
  const remedy = plan.doomed.length === 0 ? [] : ["", "Nothing was removed. sgw gc --apply removes it."];
  return [...planLines(plan), ...remedy].join("\n").concat("\n");
}

/** Everything that goes is named, and everything that stays has its reason. */
export function planLines({ doomed, kept }: Plan): string[] {
  const sections = [
    ...(doomed.length === 0 ? ["Nothing to collect."] : ["Goes (volumes stay):", ...rows(doomed)]),
    ...(kept.length === 0 ? [] : ["Stays:", ...rows(kept)]),
  ];
  return sections;
}

/** What a run that removes prints at its end. */
export function collectionText(collected: readonly Collected[]): string {
  if (collected.length === 0) return "Nothing was removed.\n";
  return columns(collected.map(({ outcome, name, reason }) => [outcome, name, reason]))
    .join("\n")
    .concat("\n");
}

function rows(items: readonly Item[]): string[] {
  return columns(items.map(({ what, name, reason }) => [`  ${what}`, name, reason]));
}
