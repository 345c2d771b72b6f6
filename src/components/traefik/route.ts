import type * as pulumi from "@pulumi/pulumi";
import { type NetworkRef } from "../../docker/network.ts";
import { plainPriority } from "../../cluster/ledger.ts";
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

type RouteLabels = Readonly<Record<string, pulumi.Input<string>>>;

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

/** Above every priority that a promotion gives. */
const pinnedPriority = 1_000_000;

/**
 * The route of a release. Of those that share a host, the one with the highest priority is asked; a request that names
 * a release in the header X-Release reaches that one. The same header of an answer says which generation gave it. All
 * of it are labels, so that a switch between releases restarts nothing.
 */
export function releaseRoute(scope: Scope, unit: string, port: number, route: PublicRoute): RouteLabels {
  const router = `${scope.stack}-${unit}`;
  const { generation, priority } = scope.rollout ?? { generation: 0, priority: plainPriority };
  const header = { entrypoints: "websecure", service: router, middlewares: `${router}-release@docker` };
  const pinned = { ...header, rule: `Host(\`${route.host}\`) && Headers(\`X-Release\`, \`${scope.stack}\`)` };
  const labelsOf = (name: string, fields: Readonly<Record<string, string | number>>) =>
    Object.entries(fields).map(([field, value]) => [`traefik.http.routers.${name}.${field}`, String(value)] as const);
  return {
    ...publicRoute(scope, unit, port, route),
    ...Object.fromEntries([
      ...labelsOf(router, { ...header, priority }),
      ...labelsOf(`${router}-pinned`, { ...pinned, priority: pinnedPriority }),
    ]),
    [`traefik.http.middlewares.${router}-release.headers.customresponseheaders.X-Release`]: `${scope.stack}.${generation}`,
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
