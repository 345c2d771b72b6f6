import { type EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { z } from "zod";
import { changesFrom } from "./change.ts";
import { levels, riskOf, worst } from "./risk.ts";

const field = z.strictObject({ name: z.string(), from: z.string().optional(), to: z.string().optional() });

const change = z.strictObject({
  op: z.enum(["create", "update", "replace", "delete"]),
  kind: z.enum(["service", "secret", "config", "network", "credential", "other"]),
  name: z.string(),
  fields: z.array(field),
  risk: z.enum(levels),
  reason: z.string(),
});

/** What an `up` of a stack would do: the form of `sgw preview --json`. */
export const previewSchema = z.strictObject({
  stack: z.string(),
  /** The worst of all changes. */
  risk: z.enum(levels),
  unchanged: z.int().nonnegative(),
  /** By service; what services share stands last, without a service. */
  groups: z.array(z.strictObject({ service: z.string().nullable(), risk: z.enum(levels), changes: z.array(change) })),
});
export type Preview = z.infer<typeof previewSchema>;
export type Group = Preview["groups"][number];
export type ForetoldChange = z.infer<typeof change>;

/** What the engine's events mean to people. */
export function previewOf(stack: string, events: readonly EngineEvent[]): Preview {
  const { changes, unchanged } = changesFrom(events);
  const judged = changes.map((one) => ({ change: one, risk: riskOf(one) }));
  const units = [...new Set(changes.map(({ unit }) => unit))];
  const groups = units.map((unit) => {
    const own = judged.filter((one) => one.change.unit === unit);
    return {
      service: unit ?? null,
      risk: worst(own.map(({ risk }) => risk)),
      changes: own.map(({ change: { op, kind, name, fields }, risk }) => ({
        op,
        kind,
        name,
        fields: fields.map(({ name, from, to }) => ({ name, ...(from !== undefined && { from, to }) })),
        risk: risk.level,
        reason: risk.reason,
      })),
    };
  });
  return { stack, risk: worst(judged.map(({ risk }) => risk)), unchanged, groups };
}
