import { type EngineEvent, serviceOf } from "../e2e/engine-events.ts";

/** Seconds since the command was started. */
export interface ServiceTimes {
  readonly service: string;
  readonly started: number | undefined;
  readonly healthy: number | undefined;
  /** Containers it took. */
  readonly containers: number;
}

/** Where the time of a fresh release went, in seconds since the command was started. */
export interface Timeline {
  readonly firstObject: number | undefined;
  readonly lastService: number | undefined;
  readonly lastStart: number | undefined;
  readonly lastHealthy: number | undefined;
  readonly end: number;
  readonly services: readonly ServiceTimes[];
}

export function timeline(events: readonly EngineEvent[], stack: string, startMs: number, endMs: number): Timeline {
  const seconds = ({ timeNano }: EngineEvent) => timeNano / 1e9 - startMs / 1e3;
  const created = (...types: string[]) =>
    events.filter(({ Type, Action }) => types.includes(Type) && Action === "create").map(seconds);
  const services = serviceTimes(
    events.filter(({ Actor }) => Actor.Attributes?.["studygiveway.stack"] === stack),
    seconds,
  );
  return {
    firstObject: created("network", "secret", "config", "service", "container").at(0),
    lastService: created("service").at(-1),
    lastStart: latest(services.map(({ started }) => started)),
    lastHealthy: latest(services.map(({ healthy }) => healthy)),
    end: (endMs - startMs) / 1e3,
    services,
  };
}

function serviceTimes(events: readonly EngineEvent[], seconds: (event: EngineEvent) => number): ServiceTimes[] {
  const containers = events.filter(({ Type }) => Type === "container");
  return [...Map.groupBy(containers, serviceOf)]
    .map(([service, own]) => ({
      service,
      started: latest(own.filter(({ Action }) => Action === "start").map(seconds)),
      healthy: own.filter(({ Action }) => Action === "health_status: healthy").map(seconds)[0],
      containers: own.filter(({ Action }) => Action === "create").length,
    }))
    .sort((a, b) => (a.healthy ?? Infinity) - (b.healthy ?? Infinity));
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a), undefined);
}
