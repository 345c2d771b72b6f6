import { type ForetoldChange, type Group, type Preview } from "./foretold.ts";
import { levels } from "./risk.ts";

const signs = { create: "+", update: "~", replace: "±", delete: "-" } as const;
const done = { create: "created", update: "updated", replace: "replaced", delete: "deleted" } as const;

/** What `sgw preview` prints. */
export function previewText(preview: Preview): string {
  const { created, changed } = split(preview.groups);
  return [
    `${preview.stack}: ${summary(preview)}`,
    ...created.map((groups) => `\nnew: ${groups.map(titleOf).join(", ")}`).slice(0, 1),
    ...changed.flatMap((group) => [
      `\n${titleOf(group)}: ${group.risk}`,
      ...group.changes.map((change) => `  ${signs[change.op]} ${wordsOf(change)}\n      ${riskLine(change)}`),
    ]),
    ...(hasChanges(preview) ? [`\n${verdict(preview)}`] : []),
  ]
    .join("\n")
    .concat("\n");
}

/** The same for the comment on a pull request. */
export function previewMarkdown(preview: Preview): string {
  const { created, changed } = split(preview.groups);
  const rows = changed.flatMap((group) =>
    group.changes.map((change, index) => {
      const cells = [
        index === 0 ? code(titleOf(group)) : "",
        wordsOf(change, code),
        `**${change.risk}**: ${cell(change.reason)}`,
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  );
  return [
    `#### ${code(preview.stack)}: ${cell(hasChanges(preview) ? verdict(preview) : "no changes")}`,
    summary(preview),
    ...created.map((groups) => `New: ${groups.map((group) => code(titleOf(group))).join(", ")}`),
    ...(rows.length === 0 ? [] : [["| Service | Change | Risk |", "| --- | --- | --- |", ...rows].join("\n")]),
  ]
    .join("\n\n")
    .concat("\n");
}

/** New services need no words but their names. */
function split(groups: readonly Group[]): { created: Group[][]; changed: Group[] } {
  const created = groups.filter(({ changes }) => changes.every(({ op }) => op === "create"));
  return {
    created: created.length === 0 ? [] : [created],
    changed: groups.filter((group) => !created.includes(group)),
  };
}

function hasChanges({ groups }: Preview): boolean {
  return groups.length > 0;
}

function titleOf({ service }: Group): string {
  return service ?? "networks and credentials";
}

function summary({ groups, unchanged }: Preview): string {
  const all = groups.flatMap(({ changes }) => changes);
  const counts = (Object.keys(done) as (keyof typeof done)[]).flatMap((op) => {
    const count = all.filter((change) => change.op === op).length;
    return count === 0 ? [] : [`${count} to be ${done[op]}`];
  });
  return [...counts, `${unchanged} unchanged`].join(", ");
}

function verdict({ groups, risk }: Preview): string {
  const told = levels.slice(0, -1).flatMap((level) => {
    const names = groups.filter((group) => group.risk === level).map(titleOf);
    return names.length === 0 ? [] : [`${level}: ${names.join(", ")}`];
  });
  return told.length === 0 ? risk : told.join("; ");
}

function riskLine({ risk, reason }: ForetoldChange): string {
  return `${risk}: ${reason}`;
}

type Quote = (text: string) => string;

function wordsOf({ op, kind, name, fields }: ForetoldChange, quote: Quote = (text) => text): string {
  const subject = kind === "service" ? `service ${done[op]}` : `${kind} ${quote(name)} ${done[op]}`;
  const words = fields.map(({ name: field, from, to }) =>
    from === undefined ? quote(field) : `${quote(field)} ${quote(from)} → ${quote(to ?? "none")}`,
  );
  return words.length === 0 ? subject : `${subject}: ${words.join(", ")}`;
}

/** As code in a cell of a table: neither markup nor a mention of anybody. */
function code(text: string): string {
  return `\`${cell(text.replaceAll("`", "'"))}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
