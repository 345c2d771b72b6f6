import { type Identity, stackName } from "../identity.ts";

const prefix = "studygiveway";

/** Marks what belongs to whom; deletion, backup and logs select by these labels only. */
export type Labels = Readonly<Record<string, string>>;

/** The ownership labels of a stack, or of one of its services. */
export function ownershipLabels(identity: Identity, service?: string): Labels {
  return {
    [`${prefix}.stack`]: stackName(identity),
    [`${prefix}.environment`]: identity.kind === "platform" ? "platform" : identity.environment,
    ...(identity.kind === "release" ? { [`${prefix}.pr`]: String(identity.pr) } : {}),
    ...(service === undefined ? {} : { [`${prefix}.service`]: service }),
  };
}

/** Tells the form of a service that was asked for from the one that Swarm went back to when that failed. */
export const formLabel = `${prefix}.form`;

/** The generation of a release, on the services that a promotion changes. */
export const generationLabel = `${prefix}.generation`;

/** The names of the labels that json-file writes beside every log line. */
export const loggedLabels = ["stack", "environment", "pr", "service"].map((label) => `${prefix}.${label}`);

/** The form in which the provider takes labels. */
export function labelList(labels: Labels): { label: string; value: string }[] {
  return Object.entries(labels).map(([label, value]) => ({ label, value }));
}
