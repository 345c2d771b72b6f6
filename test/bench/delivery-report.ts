import { table } from "./report.ts";
import { median } from "./timing.ts";

/** What is done to PROD, and timed. */
export const deliveries = ["promote", "kept", "redeployed"] as const;
export type Delivery = (typeof deliveries)[number];

/** As sgw names them, in their order, and the whole command at the end. `switch` is the first part of `turn`. */
export const parts = ["deploy", "smoke", "switch", "turn", "retire", "total", "command"] as const;
export type Part = (typeof parts)[number];

/** The seconds of every run. */
export interface DeliveryMeasured {
  readonly seconds: Readonly<Record<Delivery, Readonly<Record<Part, readonly number[]>>>>;
  /** Of `sgw status --json`, while nobody deploys and during a promotion. */
  readonly status: { readonly idle: readonly number[]; readonly busy: readonly number[] };
}

/** What the figures mean. */
export const deliveryNotes = [
  "Two pull requests of the reference application take turns in PROD beside its data tier. A switch is over for users when",
  "every new request reaches the new release, and verified when that has been so for 2 s and the state says so, too. The",
  "release in QA is gone before; where it is not, a promotion takes that away as well. `sgw` is started without npm.",
];

const deliveryTitles: Readonly<Record<Delivery, string>> = {
  promote: "sgw promote prod",
  kept: "sgw rollback prod, release kept",
  redeployed: "sgw rollback prod, redeployed",
};

const partTitles: Readonly<Record<Part, string>> = {
  deploy: "deploy, until all are healthy",
  smoke: "trial at /readyz",
  switch: "switch, as users see it",
  turn: "switch, until verified",
  retire: "release before, until all are gone",
  total: "all steps",
  command: "command, from start to end",
};

export function deliveryTable({ seconds }: DeliveryMeasured): string {
  return table([
    ["PROD", ...deliveries.map((delivery) => deliveryTitles[delivery])],
    ...parts.map((part) => [
      partTitles[part],
      ...deliveries.map((delivery) => inSeconds(median(seconds[delivery][part]), 1)),
    ]),
  ]);
}

export function statusTable({ status }: DeliveryMeasured): string {
  return table([
    ["sgw status --json", "nobody deploys", "during a promotion"],
    ["from start to end", inSeconds(median(status.idle), 2), inSeconds(median(status.busy), 2)],
  ]);
}

function inSeconds(value: number | undefined, digits: number): string {
  return value === undefined ? "-" : `${value.toFixed(digits)} s`;
}
