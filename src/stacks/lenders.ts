import * as pulumi from "@pulumi/pulumi";
import { type Engine } from "../cluster/engine.ts";
import { readServices } from "../cluster/objects.ts";
import { stackName } from "../identity.ts";
import { type Settings } from "../settings/index.ts";
import { line } from "../settings/problem.ts";

type Borrower = Pick<Settings, "identity" | "data">;

/** The stack whose data a release shares; undefined for one with data of its own. */
export function dataLenderOf({ identity, data }: Borrower): string | undefined {
  if (identity.kind !== "release" || data !== "shared") return undefined;
  return stackName({ kind: "data", environment: identity.environment });
}

/** The stacks whose outputs a stack is made of. */
export function lendersOf(borrower: Borrower): string[] {
  if (borrower.identity.kind === "platform") return [];
  const data = dataLenderOf(borrower);
  return data === undefined ? ["platform"] : ["platform", data];
}

/** Refuses a stack one of whose lenders is not there. Pulumi would only say "unknown stack". */
export async function requireLenders(engine: Engine, borrower: Borrower): Promise<void> {
  for (const lender of lendersOf(borrower)) {
    if ((await readServices(engine, lender)).length > 0) continue;
    const problem = {
      path: `stack ${lender}`,
      got: "no service of it in the Swarm",
      expected: `it to be up, because ${stackName(borrower.identity)} borrows from it`,
      remedy: `run "sgw up ${lender}" or "pulumi up --stack ${lender}" first`,
    };
    throw new pulumi.RunError(line(problem));
  }
}
