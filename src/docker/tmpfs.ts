/** Room to write below a read-only root; gone with the container. */
export interface Tmpfs {
  readonly path: string;
  /** Upper limit; what is used counts as the service's memory. */
  readonly sizeMb: number;
}

export function tmpfsMount({ path, sizeMb }: Tmpfs) {
  // For everybody, since Swarm has no word for a tmpfs's owner; a container has one user. The provider drops a sticky bit.
  return { type: "tmpfs", target: path, tmpfsOptions: { mode: 0o777, sizeBytes: sizeMb * 1024 * 1024 } };
}
