import assert from "node:assert/strict";
import { test } from "node:test";
import { type EngineEvent, endingLines } from "./engine-events.ts";

function event(Action: string, seconds: number, attributes: Record<string, string> = {}): EngineEvent {
  const Attributes = { "com.docker.swarm.service.name": "prod-pr-41-daphne", ...attributes };
  return { Type: "container", Action, timeNano: seconds * 1e9, Actor: { Attributes } };
}

test("how containers ended, with the moment", () => {
  const events = [event("health_status: unhealthy", 112.34), event("die", 113, { exitCode: "137" })];
  assert.deepEqual(endingLines(events, 100_000), [
    "[   12.3s] prod-pr-41-daphne: health_status: unhealthy",
    "[   13.0s] prod-pr-41-daphne: die, exit code 137",
  ]);
});
