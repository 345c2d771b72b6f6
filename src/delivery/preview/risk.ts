import { type Change } from "./change.ts";
import { serviceInputs } from "./inputs.ts";

/** What a change may do to those who use the system, from worst to none. */
export const levels = ["loses data", "has downtime", "harmless"] as const;
type Level = (typeof levels)[number];

interface Risk {
  readonly level: Level;
  readonly reason: string;
}

/** The worst of several. */
export function worst(risks: readonly Risk[]): Level {
  return levels.find((level) => risks.some((risk) => risk.level === level)) ?? "harmless";
}

/** What a change does when it is made. */
export function riskOf(change: Change): Risk {
  switch (change.kind) {
    case "service":
      return serviceRisk(change);
    case "secret":
    case "config":
      return harmless("by itself; the service that reads it is told above");
    case "network":
      return networkRisk(change);
    case "credential":
      return credentialRisk(change);
    case "other":
      return change.op === "create" || change.op === "update"
        ? harmless("nothing is taken away")
        : downtime("what it did is not known to sgw: look at it before you go on");
  }
}

function serviceRisk(change: Change): Risk {
  const { op, before, after } = change;
  const [old, now] = [serviceInputs(before), serviceInputs(after)];
  const volumes = [...old.volumes.values()].join(", ");
  if (op === "create") return harmless("new");
  if (op === "delete") {
    return volumes === ""
      ? downtime("nothing takes its place")
      : {
          level: "loses data",
          reason: `nothing serves what it holds any more; volume ${volumes} stays until it is removed`,
        };
  }
  const left = [...old.volumes].filter(([path, source]) => now.volumes.get(path) !== source);
  if (left.length > 0) {
    const names = left.map(([, source]) => source).join(", ");
    return { level: "loses data", reason: `starts without what it has: volume ${names} stays, but is no longer used` };
  }
  if (op === "replace") {
    const data = volumes === "" ? "" : `; its data stays in volume ${volumes}`;
    return downtime(`is removed before it is made anew${data}`);
  }
  return updateRisk(change, Object.keys(now.env).length, now.order);
}

function updateRisk({ fields }: Change, variables: number, order: string | undefined): Risk {
  const ofTask = fields.some(({ isOfTask }) => isOfTask);
  if (!ofTask && variables < 2) return harmless("in place, no task restarts");
  // The provider writes several variables in an order of chance, which Swarm takes for a change of the task.
  const why = ofTask ? "" : ", since the provider hands its variables over in another order";
  return order === "start-first"
    ? harmless(`rolling, new tasks start before old ones stop${why}`)
    : downtime(`some seconds: each task stops before its successor starts${why}`);
}

function networkRisk({ op }: Change): Risk {
  if (op === "create") return harmless("new");
  if (op === "update") return harmless("in place");
  return downtime("everything in it is removed and made anew");
}

function credentialRisk({ op }: Change): Risk {
  if (op === "create") return harmless("new, generated once");
  if (op === "update") return harmless("the password stays");
  return downtime("a new password: every service that uses it restarts, whoever else knows the old one is refused");
}

function harmless(reason: string): Risk {
  return { level: "harmless", reason };
}

function downtime(reason: string): Risk {
  return { level: "has downtime", reason };
}
