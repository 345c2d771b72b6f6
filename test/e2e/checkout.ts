import { cpSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { must } from "../../tools/command.ts";
import { root } from "../../tools/environment.ts";

/**
 * Copies what git would commit, as it is now, so that a test neither sees nor changes the settings of whoever runs it.
 * The packages are linked.
 */
export async function copyCheckout(folder: string, only: readonly string[] = ["."]): Promise<void> {
  const list = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", ...only];
  const deleted = await must(["git", "ls-files", "-z", "--deleted"], { cwd: root, timeoutSeconds: 30 });
  const gone = new Set(deleted.split("\0"));
  const files = (await must(list, { cwd: root, timeoutSeconds: 30 })).split("\0").filter((file) => file !== "");
  for (const file of files.filter((name) => !gone.has(name))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    // A link that an earlier copy made would be followed to where it leads.
    rmSync(join(folder, file), { force: true });
    cpSync(join(root, file), join(folder, file), { verbatimSymlinks: true });
  }
  rmSync(join(folder, "node_modules"), { force: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
}

/** Makes the copy a repository of its own with everything in one commit, also when it was one before. */
export async function commitCheckout(folder: string): Promise<void> {
  const options = { cwd: folder, timeoutSeconds: 30 };
  const author = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
  // The link is none of the folders that .gitignore names.
  rmSync(join(folder, ".git"), { recursive: true, force: true });
  await must(["git", "init", "--quiet"], options);
  await must(["bash", "-c", "echo /node_modules >> .git/info/exclude"], options);
  await must(["git", "add", "--all"], options);
  await must(["git", ...author, "commit", "--quiet", "--message", "Copy"], options);
}

/** What git finds changed or added since then. */
export function uncommitted(folder: string): Promise<string> {
  return must(["git", "status", "--porcelain"], { cwd: folder, timeoutSeconds: 30 });
}
