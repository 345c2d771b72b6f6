import { encodeFacts, type Entry, ledgerName, progressLabels } from "../../src/cluster/ledger.ts";
import { storedAnswer } from "../cluster/engine-answers.ts";

/** A generation of PROD that users reach; what the test is about is given. */
export function entryOf(known: Partial<Entry> = {}): Entry {
  return {
    environment: "prod",
    generation: 1,
    pr: 58,
    verb: "promote",
    by: "ci@build",
    began: "2026-01-01T10:00:00.000Z",
    origin: 1,
    image: `registry.example.com/app@sha256:${"1".repeat(64)}`,
    step: "done",
    outcome: "live",
    priority: 101,
    changed: "2026-01-01T10:05:00.000Z",
    ...known,
  };
}

/** The config in which the ledger keeps it. */
export function ledgerAnswer(entry: Entry) {
  const { environment, generation, pr, verb, by, began, origin, image, step, outcome, priority, reason, changed } =
    entry;
  const progress = { step, outcome, priority, changed, ...(reason !== undefined && { reason }) };
  const stored = storedAnswer(ledgerName(environment, generation), progressLabels(environment, progress));
  const data = encodeFacts({ environment, generation, pr, verb, by, began, origin, image });
  return { ...stored, Spec: { ...stored.Spec, Data: data } };
}

/** The config that is the lease of an environment, last heard of at this moment. */
export function leaseAnswer(environment: string, by: string, heardAt: string) {
  const stored = storedAnswer(`studygiveway.lease.${environment}`, {
    "studygiveway.lease.holder": "f81d4fae",
    "studygiveway.lease.by": by,
    "studygiveway.lease.process": "elsewhere 1 2 3",
    "studygiveway.lease.since": "2026-01-01T10:00:00.000Z",
  });
  return { ...stored, UpdatedAt: heardAt };
}
