import { type Engine } from "../../src/cluster/engine.ts";

/** What the Engine says when something happens. */
export interface EngineEvent {
  readonly Type: string;
  readonly Action: string;
  readonly timeNano: number;
  readonly Actor: { readonly Attributes?: Readonly<Record<string, string>> };
}

/** Collects what happens until it is closed. */
export async function watchEvents(engine: Engine): Promise<{ readonly events: EngineEvent[]; close: () => void }> {
  const events: EngineEvent[] = [];
  const stream = (await engine.getEvents()) as NodeJS.ReadableStream & { destroy: () => void };
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    events.push(...lines.filter(Boolean).map((line) => JSON.parse(line) as EngineEvent));
  });
  stream.on("error", () => undefined);
  return {
    events,
    close: () => {
      stream.destroy();
    },
  };
}

const serviceLabels = ["com.docker.swarm.service.name", "com.docker.compose.service"];

export function serviceOf({ Actor }: EngineEvent): string {
  const attributes = Actor.Attributes ?? {};
  return serviceLabels.map((label) => attributes[label]).find((name) => name !== undefined) ?? "?";
}

/** What an Engine under strain does to containers, and nobody asked for as such. */
const isIncident = /^(die|oom|health_status: unhealthy)$/;

/** A line for each container that ended, ran out of memory or was found unhealthy; seconds since that moment. */
export function incidents(events: readonly EngineEvent[], sinceMs: number): string[] {
  return events
    .filter(({ Type, Action }) => Type === "container" && isIncident.test(Action))
    .map((event) => {
      const seconds = (event.timeNano / 1e6 - sinceMs) / 1e3;
      const { exitCode } = event.Actor.Attributes ?? {};
      const how = exitCode === undefined ? "" : `, exit code ${exitCode}`;
      return `[${seconds.toFixed(1).padStart(7)}s] ${serviceOf(event)}: ${event.Action}${how}`;
    });
}
