import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sh } from "./namespace.ts";

const root = "/sys/fs/cgroup";

/** So many sessions the containers together weigh as much as. */
const sessions = 4;

/**
 * What dockerd is told so that its containers keep their share of the processors. Linux divides them among what stands
 * side by side: with systemd each container beside dockerd and every session. Without it all containers are one group that
 * weighs as much as one session, so that whoever promotes, tests or sends requests takes from those that answer.
 */
export function weighContainers(name: string): string[] {
  if (existsSync("/run/systemd/system")) return [];
  const isVersion2 = existsSync(join(root, "cgroup.controllers"));
  const [folder, weight, ofOne] = isVersion2
    ? ([join(root, name), "cpu.weight", 100] as const)
    : ([join(root, "cpu", name), "cpu.shares", 1024] as const);
  // Inside a container the controller may not be ours to turn on: then the weights stay as they are.
  if (isVersion2) sh(["sh", "-c", `echo +cpu > ${join(root, "cgroup.subtree_control")}`], true);
  mkdirSync(folder, { recursive: true });
  if (existsSync(join(folder, weight))) writeFileSync(join(folder, weight), String(sessions * ofOne));
  return ["--cgroup-parent", `/${name}`];
}

/** Removes the group, which is empty by then, from every controller. */
export function removeGroup(name: string): void {
  const folders = [root, ...readdirSync(root).map((controller) => join(root, controller))];
  const groups = folders.map((folder) => join(folder, name)).filter((folder) => existsSync(folder));
  if (groups.length > 0) sh(["rmdir", ...groups], true);
}
