import { setTimeout as sleep } from "node:timers/promises";
import { domain, https } from "./world.ts";

/** Asks for the site's page and its health in turn, all the time; gives what no good answer of a release in play was. */
export function watchSite(isInPlay: (release: string) => boolean): { end: () => Promise<string[]> } {
  const state = { isOver: false, faults: [] as string[] };
  const watching = (async () => {
    for (let count = 0; !state.isOver; count++) {
      const path = count % 2 === 0 ? "/" : "/healthz";
      const said = await https({ host: domain, path }).then(
        ({ status, headers: { "x-release": release = "nobody" } }) =>
          status === 200 && isInPlay(release) ? undefined : `${status} by ${release}`,
        (error: unknown) => String(error),
      );
      if (said !== undefined) state.faults.push(`${path}: ${said}`);
      await sleep(50);
    }
  })();
  return {
    end: async () => {
      state.isOver = true;
      await watching;
      return state.faults;
    },
  };
}
