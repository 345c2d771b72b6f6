import { type ForgeKind } from "../../settings/index.ts";

const number = "([1-9][0-9]{0,8})";

// What each forge writes into the commit by which it merges: the merge itself, or what was squashed into one.
const githubMerge = new RegExp(`^Merge pull request #${number} from \\S`);
const githubSquash = new RegExp(`\\(#${number}\\)$`);
const gitlabMerge = new RegExp(`^See merge request (\\S*)!${number}$`);
const gitlabSquash = new RegExp(`\\(!${number}\\)$`);

/**
 * The pull request that a commit's message names as the one it merged, if it names one; of GitLab only those of the
 * repository itself. Without a kind both ways of writing are read. In GitLab `(#42)` is an issue, so it is not read there.
 */
export function pullRequestNumber(message: string, kind?: ForgeKind, repository?: string): number | undefined {
  const lines = message
    .slice(0, 65_536)
    .split(/\r\n|\r|\n/)
    .map((line) => line.trimEnd());
  return (
    (kind === "github" ? undefined : gitlabNumber(lines, repository)) ??
    (kind === "gitlab" ? undefined : githubNumber(lines[0] ?? ""))
  );
}

function githubNumber(subject: string): number | undefined {
  const found = githubMerge.exec(subject) ?? githubSquash.exec(subject);
  return found === null ? undefined : Number(found[1]);
}

// The last line that says so: a merged description may quote other merges above it.
function gitlabNumber(lines: readonly string[], repository: string | undefined): number | undefined {
  const named = lines.flatMap((line) => {
    const [, project, digits] = gitlabMerge.exec(line) ?? [];
    return digits === undefined || !isOwn(project ?? "", repository) ? [] : [Number(digits)];
  });
  const squashed = gitlabSquash.exec(lines[0] ?? "")?.[1];
  return named.at(-1) ?? (squashed === undefined ? undefined : Number(squashed));
}

function isOwn(project: string, repository: string | undefined): boolean {
  return project === "" || repository === undefined || project.toLowerCase() === repository.toLowerCase();
}
