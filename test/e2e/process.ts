import { readdirSync, readFileSync } from "node:fs";

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A child that has ended stays in the table until its parent asks for it.
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Waits without giving way to anything else, so that it also works while the process ends. */
export function sleepSync(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

export function waitForEnd(pids: readonly number[], seconds: number): boolean {
  for (let tries = 0; tries < seconds * 10; tries++) {
    if (!pids.some(isAlive)) return true;
    sleepSync(100);
  }
  return !pids.some(isAlive);
}

export function kill(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone already.
    }
  }
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Process[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((name) => {
    try {
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ pid: Number(name), parent: Number(/^PPid:\t(\d+)/m.exec(status)?.[1]), command }];
    } catch {
      return [];
    }
  });
}

/** The parts of a Docker Engine whose command line names a folder, those given by number, and all that descend from them. */
export function familyOf(folder: string, members: readonly number[]): number[] {
  const all = processes();
  const isEngine = ({ command }: Process) =>
    /^(?:\S*\/)?(?:dockerd|containerd\S*) /.test(command) && command.includes(`${folder}/`);
  const family = new Set([...members, ...all.filter(isEngine).map(({ pid }) => pid)]);
  for (let before = -1; before !== family.size;) {
    before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  // Whoever asks may itself run inside the namespace.
  for (let pid = process.pid; pid > 1; pid = all.find((one) => one.pid === pid)?.parent ?? 0) family.delete(pid);
  return [...family];
}
