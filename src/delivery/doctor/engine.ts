import { statfs } from "node:fs/promises";
import { type Engine, readCluster } from "../../cluster/engine.ts";
import { type Finding, ok, problem, tried, unknown } from "./finding.ts";

/** Below either of these a database or an image that is pulled may find no room. */
const leastFreeBytes = 5 * 1024 ** 3;
const leastFreeShare = 0.05;

export async function engineFindings(engine: Engine, host: string): Promise<readonly Finding[]> {
  return tried("engine", "start dockerd, or correct DOCKER_HOST in .env", async () => {
    const { nodes } = await readCluster(engine, host);
    const { ServerVersion: version, DockerRootDir: root } = (await engine.info()) as {
      ServerVersion: string;
      DockerRootDir: string;
    };
    const members = nodes === 1 ? "one node" : `${nodes} nodes`;
    return [ok("engine", `Docker ${version}, manager of a Swarm of ${members}`), await diskFinding(host, root)];
  });
}

async function diskFinding(host: string, root: string): Promise<Finding> {
  if (!host.startsWith("unix:")) return unknown("disk", `${root} is on another machine`);
  try {
    const { bavail, blocks, bsize } = await statfs(root);
    return roomFinding(root, bavail * bsize, blocks * bsize);
  } catch {
    return unknown("disk", `${root} cannot be seen from here`);
  }
}

export function roomFinding(root: string, free: number, total: number): Finding {
  const detail = `${gigabytes(free)} of ${gigabytes(total)} free in ${root}`;
  const isEnough = free >= leastFreeBytes && free >= total * leastFreeShare;
  return isEnough ? ok("disk", detail) : problem("disk", detail, "sgw gc --apply, or make room there");
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;
}
