import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type EngineEvent } from "../e2e/engine-events.ts";
import { memoryBytes, ownMemoryBytes } from "./containers.ts";
import { budgets, budgetTable, comparison, type Measured, milestones, services, table } from "./report.ts";
import { timeline } from "./timeline.ts";
import { median } from "./timing.ts";

const events: EngineEvent[] = [
  event("network", "create", 12, {}),
  event("service", "create", 14, { name: "staging-pr-900-nginx" }),
  ...["create", "start", "health_status: healthy", "health_status: healthy"].map((action, index) =>
    event("container", action, 15 + index, {
      "studygiveway.stack": "staging-pr-900",
      "com.docker.swarm.service.name": "staging-pr-900-nginx",
    }),
  ),
  event("container", "start", 30, { "studygiveway.stack": "platform" }),
];
const fresh = timeline(events, "staging-pr-900", 10_000, 20_000);

function event(Type: string, Action: string, seconds: number, Attributes: Record<string, string>): EngineEvent {
  return { Type, Action, timeNano: seconds * 1e9, Actor: { Attributes } };
}

function measured(name: string, seconds: number): Measured {
  return {
    name,
    timings: { fresh: [seconds, seconds + 1, seconds + 9], unchanged: [3], destroy: [5] },
    idle: [{ memoryMb: 400, ownMemoryMb: 300, cpuPercent: 12 }],
    timelines: [fresh],
  };
}

describe("median", () => {
  it("is the one in the middle", () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([1, 2, 4, 9]), 3);
    assert.equal(median([]), undefined);
  });
});

describe("timeline", () => {
  it("counts from the start of the command and leaves other stacks out", () => {
    assert.deepEqual(fresh, {
      firstObject: 2,
      lastService: 4,
      lastStart: 6,
      lastHealthy: 7,
      end: 10,
      services: [{ service: "staging-pr-900-nginx", started: 6, healthy: 7, containers: 1 }],
    });
  });

  it("knows nothing of what never happened", () => {
    const empty = timeline([], "staging-pr-900", 0, 1000);
    assert.deepEqual([empty.firstObject, empty.lastHealthy, empty.services], [undefined, undefined, []]);
  });
});

describe("report", () => {
  it("puts the three side by side", () => {
    const text = comparison([measured("ours", 11), measured("compose", 8), measured("stack", 30)]);
    assert.match(text, /^ +ours +compose +stack$/m);
    assert.match(text, /^fresh, until all are healthy +12\.0 s +9\.0 s +31\.0 s$/m);
    assert.match(text, /^preview +- +- +-$/m);
    assert.match(text, /^idle: memory, as docker stats has it +400 MB/m);
  });

  it("says of each budget whether it was met", () => {
    const all = budgets(measured("ours", 11), measured("compose", 8), measured("stack", 20));
    assert.deepEqual(
      all.map(({ met }) => met),
      [true, false, true, false, true],
    );
    assert.match(budgetTable(all), /docker compose up --wait +1\.33 x +<= 1\.5 x +met$/m);
    assert.match(budgetTable(all), /^preview +- +<= 4 s +missed$/m);
  });

  it("shows where the time went", () => {
    assert.match(milestones([measured("ours", 11)]), /^last container healthy +7\.0$/m);
    assert.match(services(measured("ours", 11)), /^staging-pr-900-nginx +6\.0 +7\.0 +1$/m);
  });

  it("aligns columns", () => {
    assert.equal(
      table([
        ["a", "b"],
        ["long", "1"],
      ]),
      "a      b\nlong   1",
    );
  });
});

describe("memory", () => {
  const of = (stats: Record<string, number>) => ({
    memory_stats: { usage: 100, stats },
    cpu_stats: { cpu_usage: { total_usage: 0 } },
  });

  it("leaves out the page cache that can go at once, in both cgroup versions", () => {
    assert.equal(memoryBytes(of({ total_inactive_file: 30, inactive_file: 10 })), 70);
    assert.equal(memoryBytes(of({ inactive_file: 10 })), 90);
  });

  it("tells what processes and tmpfs take from what files take", () => {
    assert.equal(ownMemoryBytes(of({ total_active_anon: 40, active_anon: 1, total_inactive_anon: 5 })), 45);
    assert.equal(ownMemoryBytes(of({ active_anon: 40, inactive_anon: 5, unevictable: 1, active_file: 30 })), 46);
  });
});
