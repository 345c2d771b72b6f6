import { readLedger } from "../cluster/ledger.ts";
import { readServices, readTasks } from "../cluster/objects.ts";
import { loadEnvironmentSettings, type Settings } from "../settings/index.ts";
import { type Context } from "./context.ts";
import { readLeases } from "./lease.ts";
import { generationStatus, leaseStatus, newestOfEach, type Status } from "./status/schema.ts";
import { stacksOf } from "./status/stacks.ts";
import { statusText } from "./status/text.ts";

type Place = Pick<Settings, "domain" | "ports">;

/** `sgw status`: what is deployed, who changes it and what went wrong last. Asks the Swarm alone. */
export async function status(
  context: Pick<Context, "engine" | "json" | "out">,
  settings: Place = loadEnvironmentSettings({ kind: "platform" }),
): Promise<number> {
  const seen = await readStatus(context.engine, settings);
  context.out(context.json ? `${JSON.stringify(seen, undefined, 2)}\n` : statusText(seen));
  return 0;
}

export async function readStatus(engine: Context["engine"], { domain, ports }: Place): Promise<Status> {
  const [services, tasks, ledger, leases] = await Promise.all([
    readServices(engine),
    readTasks(engine),
    readLedger(engine),
    readLeases(engine),
  ]);
  const now = Date.now();
  return {
    at: new Date(now).toISOString(),
    stacks: stacksOf({ services, tasks, ledger, domain, httpsPort: ports.https, now }),
    leases: leases.map(leaseStatus),
    going: ledger.filter(({ outcome }) => outcome === "going").map(generationStatus),
    failed: newestOfEach(ledger.filter(({ outcome }) => outcome === "failed")).map(generationStatus),
  };
}
