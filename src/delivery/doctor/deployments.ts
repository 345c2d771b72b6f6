import { type Entry } from "../../cluster/ledger.ts";
import { listed, type Objects } from "../../cluster/objects.ts";
import { stackOf } from "../course.ts";
import { type Lease } from "../lease.ts";
import { type StackStatus } from "../status/schema.ts";
import { age } from "../status/text.ts";
import { type StackSummary } from "../workspace.ts";
import { type Finding, orOk, problem, unknown } from "./finding.ts";

/** Who died while it deployed. What it left is in the generations. */
export function leaseFindings(leases: readonly Lease[], ledger: readonly Entry[]): readonly Finding[] {
  const expired = leases.filter(({ isExpired }) => isExpired);
  const held = leases.filter(({ isExpired }) => !isExpired);
  const problems = expired.map(({ environment, by, secondsSinceHeartbeat }) => {
    const unfinished = ledger.find((entry) => entry.environment === environment && entry.step !== "done");
    const next = unfinished === undefined ? "nothing: the next deployment takes it over" : resumption(unfinished);
    const heard = age(secondsSinceHeartbeat);
    return problem("leases", `${environment} is held by ${by}, which was last heard of ${heard} ago`, next);
  });
  const names = held.map(({ environment, by }) => `${environment} is held by ${by}`);
  return orOk("leases", problems, names.length === 0 ? "nobody deploys" : names.join(", "));
}

/** Generations that a deployer left half-way. */
export function generationFindings(leases: readonly Lease[], ledger: readonly Entry[]): readonly Finding[] {
  const isHeld = ({ environment }: Entry) =>
    leases.some((lease) => lease.environment === environment && !lease.isExpired);
  const unfinished = ledger.filter(({ step }) => step !== "done");
  const left = unfinished.filter((entry) => !isHeld(entry));
  const problems = left.map((entry) => {
    const { environment, generation, step } = entry;
    return problem(
      "generations",
      `${environment} generation ${generation} (${stackOf(entry)}) was left at ${step}`,
      resumption(entry),
    );
  });
  const going = unfinished
    .filter(isHeld)
    .map(({ environment, generation }) => `${environment} ${generation} is on its way`);
  return orOk("generations", problems, going.length === 0 ? "none is unfinished" : going.join(", "));
}

/** The command that finishes a generation or takes it back. */
function resumption({ environment, verb, pr, image, step, outcome }: Entry): string {
  // Neither is to be asked for once more.
  if (step === "undo" || outcome === "replaced") return "nothing: the next promotion or rollback takes it back";
  if (verb === "rollback") return `sgw rollback ${environment}`;
  // The very same order goes on where it was; only STAGING is told its image.
  const order = `sgw promote ${environment} --pr ${pr}`;
  return environment === "staging" ? `${order} --image ${image}` : order;
}

/** Objects of stacks that the backend does not know. */
export function orphanFindings(objects: Objects, stacks: readonly StackSummary[] | undefined): readonly Finding[] {
  if (stacks === undefined) return [unknown("orphans", "the backend does not answer")];
  const known = new Set(stacks.map(({ name }) => name));
  const removable = listed(objects).filter(({ kind, stack }) => kind !== "volume" && !known.has(stack));
  const problems = [...Map.groupBy(removable, ({ stack }) => stack)].map(([stack, own]) => {
    const names = own
      .slice(0, 3)
      .map(({ name }) => name)
      .join(", ");
    return problem(
      "orphans",
      `${stack}: ${own.length} objects that the backend does not know (${names})`,
      orphanRemedy(stack),
    );
  });
  return orOk("orphans", problems, "the backend knows every stack of the Swarm");
}

function orphanRemedy(stack: string): string {
  const isRelease = stack.includes("-pr-");
  return isRelease
    ? "sgw gc --apply, if PULUMI_BACKEND_URL is right"
    : "correct PULUMI_BACKEND_URL: it is another backend's";
}

/** Services that do not work, and stacks that should be there. */
export function serviceFindings(stacks: readonly StackStatus[]): readonly Finding[] {
  const problems = stacks.flatMap(({ stack, health, troubles, wentBack }) => {
    if (health === "missing")
      return [problem("services", `${stack} is live by the ledger and not deployed`, `sgw up ${stack}`)];
    return [
      ...troubles.map(({ service, state }) =>
        problem("services", `${stack} ${service}: ${state}`, `sgw logs ${stack} ${service}`),
      ),
      ...wentBack.map((service) =>
        problem(
          "services",
          `${stack} ${service}: its last update failed; the previous version is still running`,
          `sgw up ${stack}`,
        ),
      ),
    ];
  });
  const count = stacks.reduce((sum, { services }) => sum + services.wanted, 0);
  return orOk("services", problems, count === 0 ? "none is deployed" : `all ${count} are healthy`);
}
