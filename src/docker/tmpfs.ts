/** Room to write below a read-only root; gone with the container. */
export interface Tmpfs {
  readonly path: string;
  /** Upper limit; what is used counts as the service's memory. */
  readonly sizeMb: number;
}

export function tmpfsMount({ path, sizeMb }: Tmpfs) {
  // 1777: Swarm has no owner for a tmpfs, and no service runs as root.
  return { type: "tmpfs", target: path, tmpfsOptions: { mode: 0o1777, sizeBytes: sizeMb * 1024 * 1024 } };
}
