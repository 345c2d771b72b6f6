import { type Entry } from "../../src/cluster/ledger.ts";

/** A generation as the ledger tells it, with what a test is about. */
export function entry(known: Partial<Entry> = {}): Entry {
  const generation = known.generation ?? 1;
  return {
    environment: "staging",
    generation,
    pr: 42,
    verb: "promote",
    by: "root@test",
    began: "2024-05-02T10:00:00.000Z",
    origin: generation,
    image: "sha256:0",
    step: "done",
    outcome: "live",
    priority: 101,
    changed: "2024-05-02T10:01:00.000Z",
    ...known,
  };
}
