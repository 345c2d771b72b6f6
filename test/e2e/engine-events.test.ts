import assert from "node:assert/strict";
import { test } from "node:test";
import { type EngineEvent, incidents } from "./engine-events.ts";

function event(
  Action: string,
  seconds: number,
  attributes: Record<string, string> = {},
  Type = "container",
): EngineEvent {
  const Attributes = { "com.docker.swarm.service.name": "prod-pr-41-daphne", ...attributes };
  return { Type, Action, timeNano: seconds * 1e9, Actor: { Attributes } };
}

test("what an Engine did to containers, with the moment and how each ended", () => {
  const events = [
    event("health_status: healthy", 100),
    event("health_status: unhealthy", 112.34),
    event("kill", 112.4),
    event("die", 113, { exitCode: "137" }),
    event("die", 114, {}, "plugin"),
  ];
  assert.deepEqual(incidents(events, 100_000), [
    "[   12.3s] prod-pr-41-daphne: health_status: unhealthy",
    "[   13.0s] prod-pr-41-daphne: die, exit code 137",
  ]);
});
