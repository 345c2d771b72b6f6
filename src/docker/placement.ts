/** Where a service may run. On one node everything runs there, and no node needs a label. */
export function placement(nodes: number, pin: Pin | undefined): string[] {
  if (pin === undefined) return [];
  if ("manager" in pin) return ["node.role == manager"];
  return nodes > 1 ? [`node.labels.${pin.label} == true`] : [];
}

export type Pin =
  /** A node with this label: where a member's volume is, or where traffic arrives. */
  | { readonly label: string }
  /** What reads the Swarm's API. */
  | { readonly manager: true };
