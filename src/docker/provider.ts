import * as docker from "@pulumi/docker";
import { type Settings } from "../settings/index.ts";

/** The one door to the Swarm; carries the registry's credentials, so that every node can pull. */
export function swarmProvider({ docker: engine, registry }: Settings): docker.Provider {
  return new docker.Provider("swarm", {
    host: engine.host,
    ...(engine.access.certPath !== undefined && { certPath: engine.access.certPath }),
    ...(registry && {
      registryAuth: [{ address: registry.address, username: registry.user, password: registry.password }],
    }),
  });
}
