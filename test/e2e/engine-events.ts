import { createInterface } from "node:readline";
import { type Engine } from "../../src/cluster/engine.ts";

/** What the Engine says when something happens. */
export interface EngineEvent {
  readonly Type: string;
  readonly Action: string;
  readonly timeNano: number;
  readonly Actor: { readonly Attributes?: Readonly<Record<string, string>> };
}

interface Watch {
  readonly events: EngineEvent[];
  close: () => void;
}

/** Collects what happens until it is closed: all of it, or what passes the Engine's own filters. */
export async function watchEvents(engine: Engine, filters: Readonly<Record<string, string[]>> = {}): Promise<Watch> {
  const events: EngineEvent[] = [];
  const stream = (await engine.getEvents({ filters: JSON.stringify(filters) })) as NodeJS.ReadableStream & {
    destroy: () => void;
  };
  stream.on("error", () => undefined);
  createInterface({ input: stream }).on("line", (line) => {
    if (line !== "") events.push(JSON.parse(line) as EngineEvent);
  });
  return {
    events,
    close: () => {
      stream.destroy();
    },
  };
}

const serviceLabels = ["com.docker.swarm.service.name", "com.docker.compose.service"];

/** The service that a container belongs to, of a Swarm or of Compose. */
export function serviceOf({ Actor }: EngineEvent): string {
  const attributes = Actor.Attributes ?? {};
  return serviceLabels.map((label) => attributes[label]).find((name) => name !== undefined) ?? "?";
}

/** What users may have noticed of a container. */
export const endings = { type: ["container"], event: ["die", "oom", "health_status: unhealthy"] };

/** A line for each of the endings; seconds since that moment. */
export function endingLines(events: readonly EngineEvent[], sinceMs: number): string[] {
  return events.map((event) => {
    const seconds = (event.timeNano / 1e6 - sinceMs) / 1e3;
    const { exitCode } = event.Actor.Attributes ?? {};
    const how = exitCode === undefined ? "" : `, exit code ${exitCode}`;
    return `[${seconds.toFixed(1).padStart(7)}s] ${serviceOf(event)}: ${event.Action}${how}`;
  });
}
