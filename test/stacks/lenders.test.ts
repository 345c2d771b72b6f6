import assert from "node:assert/strict";
import { test } from "node:test";
import { type Engine } from "../../src/cluster/engine.ts";
import { parseStackName } from "../../src/identity.ts";
import { lendersOf, requireLenders } from "../../src/stacks/lenders.ts";

const shared = (stack: string) => ({ identity: parseStackName(stack), data: "shared" }) as const;

test("a stack borrows from the platform, a release whose data is shared from its environment's data as well", () => {
  assert.deepEqual(lendersOf(shared("platform")), []);
  assert.deepEqual(lendersOf(shared("prod-data")), ["platform"]);
  assert.deepEqual(lendersOf(shared("prod-pr-7")), ["platform", "prod-data"]);
  assert.deepEqual(lendersOf({ ...shared("prod-pr-7"), data: "own" }), ["platform"]);
});

/** A Swarm in which these stacks have a service each. */
function swarmOf(...stacks: readonly string[]): Engine {
  const service = (stack: string) => ({
    ID: stack,
    CreatedAt: "2024-05-02T10:00:00Z",
    Spec: { Name: `${stack}-service`, Labels: {}, TaskTemplate: {} },
  });
  const listServices = ({ filters }: { filters: string }) =>
    Promise.resolve(stacks.filter((stack) => filters.includes(`=${stack}"`)).map(service));
  return { listServices } as unknown as Engine;
}

test("the lender that is not there is named, with the command that brings it up", async () => {
  await requireLenders(swarmOf("platform", "prod-data"), shared("prod-pr-7"));
  await assert.rejects(requireLenders(swarmOf("platform"), shared("prod-pr-7")), {
    message:
      "stack prod-data: got no service of it in the Swarm, expected it to be up, because prod-pr-7 borrows from it, " +
      'run "sgw up prod-data" or "pulumi up --stack prod-data" first',
  });
  await assert.rejects(requireLenders(swarmOf("prod-data"), shared("prod-pr-7")), { message: /^stack platform: got/ });
});
