import type * as pulumi from "@pulumi/pulumi";
import { type NetworkRef } from "../../docker/network.ts";
import { type Scope } from "../../docker/scope.ts";

/** How the edge leads a host name to a service. */
export interface PublicRoute {
  readonly host: string;
  /** The network that Traefik and the service share. */
  readonly network: NetworkRef;
}

/** A route for people who know the admin password and come from an allowed address. */
export interface AdminRoute extends PublicRoute {
  /** The address in a browser. */
  readonly url: string;
}

export type RouteLabels = Readonly<Record<string, pulumi.Input<string>>>;

/** Defined on the edge's own service, used by every stack. */
export const middlewares = { hsts: "hsts", allow: "admin-allow", auth: "admin-auth" } as const;

export function publicRoute(scope: Scope, unit: string, port: number, route: PublicRoute): RouteLabels {
  const router = `${scope.stack}-${unit}`;
  return {
    "traefik.enable": "true",
    "traefik.docker.network": route.network.name,
    [`traefik.http.routers.${router}.rule`]: `Host(\`${route.host}\`)`,
    [`traefik.http.routers.${router}.entrypoints`]: "websecure",
    [`traefik.http.routers.${router}.service`]: router,
    [`traefik.http.services.${router}.loadbalancer.server.port`]: String(port),
  };
}

export function adminRoute(scope: Scope, unit: string, port: number, route: AdminRoute): RouteLabels {
  return { ...publicRoute(scope, unit, port, route), ...adminsOnly(`${scope.stack}-${unit}`) };
}

/** The dashboard is served by Traefik itself, behind the same door as the other consoles. */
export function dashboardRoute(scope: Scope, host: string): RouteLabels {
  const router = `${scope.stack}-dashboard`;
  return {
    "traefik.enable": "true",
    [`traefik.http.routers.${router}.rule`]: `Host(\`${host}\`)`,
    [`traefik.http.routers.${router}.entrypoints`]: "websecure",
    [`traefik.http.routers.${router}.service`]: "api@internal",
    ...adminsOnly(router),
    // Swarm services must name a port even where none is used.
    [`traefik.http.services.${router}.loadbalancer.server.port`]: "1",
  };
}

/** What the middlewares named above do. */
export function middlewareLabels(allow: readonly string[], usersFile: string): RouteLabels {
  return {
    [`traefik.http.middlewares.${middlewares.hsts}.headers.stsseconds`]: "31536000",
    [`traefik.http.middlewares.${middlewares.allow}.ipallowlist.sourcerange`]: allow.join(","),
    [`traefik.http.middlewares.${middlewares.auth}.basicauth.usersfile`]: usersFile,
  };
}

function adminsOnly(router: string): RouteLabels {
  const chain = [middlewares.allow, middlewares.auth].map((name) => `${name}@docker`).join(",");
  return { [`traefik.http.routers.${router}.middlewares`]: chain };
}
