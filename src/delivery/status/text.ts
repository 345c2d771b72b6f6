import { type GenerationStatus, type StackStatus, type Status } from "./schema.ts";

const head = ["STACK", "ENVIRONMENT", "PR", "URL", "AGE", "IMAGE", "GEN", "ROLE", "HEALTH"];

/** What `sgw status` prints. */
export function statusText(status: Status): string {
  const table =
    status.stacks.length === 0 ? ["Nothing is deployed on this cluster."] : columns([head, ...status.stacks.map(row)]);
  const now = Date.parse(status.at);
  const since = (moment: string) => age((now - Date.parse(moment)) / 1000);
  return [
    ...table,
    ...status.going.map((one) => `\n${title(one)}: ${one.step} since ${since(one.changed)}, by ${one.by}`),
    ...status.leases.map((lease) => {
      const state = lease.isExpired ? "; expired, the next deployment takes over" : "";
      const heard = age(lease.secondsSinceHeartbeat);
      return `\n${lease.environment} is held by ${lease.by} since ${since(lease.since)}, last heard of ${heard} ago${state}`;
    }),
    ...status.failed.map(
      (one) => `\n${title(one)} failed ${since(one.changed)} ago: ${one.reason ?? "no reason recorded"}`,
    ),
  ]
    .join("\n")
    .concat("\n");
}

function title({ environment, generation, stack }: GenerationStatus): string {
  return `${environment} generation ${generation} (${stack})`;
}

function row(stack: StackStatus): string[] {
  return [
    stack.stack,
    stack.environment ?? "-",
    stack.pr === null ? "-" : String(stack.pr),
    stack.url ?? "-",
    stack.ageSeconds === null ? "-" : age(stack.ageSeconds),
    stack.image === null ? "-" : shortDigest(stack.image),
    stack.generation === null ? "-" : String(stack.generation),
    stack.role ?? "-",
    healthOf(stack),
  ];
}

function healthOf({ health, services, troubles, wentBack }: StackStatus): string {
  const back = wentBack.length === 0 ? "" : `, after the last change of ${wentBack.join(", ")} failed`;
  switch (health) {
    case "healthy":
      return `healthy${back}`;
    case "missing":
      return "missing: live by the ledger, not deployed";
    case "unhealthy": {
      const what = troubles.map(({ service, state }) => `${service} ${state}`).join("; ");
      return `${services.healthy} of ${services.wanted} healthy: ${what}${back}`;
    }
  }
}

/** Twelve digits of the digest, or name and tag where there is none. */
export function shortDigest(image: string): string {
  const digest = /sha256:([0-9a-f]{12})/.exec(image)?.[0];
  return digest ?? image.split("/").at(-1) ?? image;
}

/** In one unit: "45 s", "12 min", "5 h", "3 d". */
export function age(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.floor(whole / 60)} min`;
  if (whole < 172_800) return `${Math.floor(whole / 3600)} h`;
  return `${Math.floor(whole / 86_400)} d`;
}

/** Lines whose cells stand below each other. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? "").length)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
