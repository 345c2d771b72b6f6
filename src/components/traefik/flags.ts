import { type Ports, type Tls } from "../../settings/index.ts";
import { middlewares } from "./route.ts";

export const acmeFolder = "/acme";
export const tlsFile = "/etc/traefik/dynamic/tls.yml";
export const certificateFile = "/run/secrets/tls_certificate";
export const keyFile = "/run/secrets/tls_key";

export interface FlagsArgs {
  readonly ports: Ports;
  readonly tls: Tls;
  /** Where the guard of the Docker socket answers. */
  readonly engine: string;
}

/** The command line of Traefik. */
export function traefikFlags({ ports, tls, engine }: FlagsArgs): string[] {
  return [
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
    "--log.level=INFO",
    "--log.format=json",
    "--accesslog=true",
    "--accesslog.format=json",
    "--api.dashboard=true",
    "--ping=true",
    "--ping.entrypoint=ping",
    `--entrypoints.ping.address=:${ports.traefikPing}`,
    `--entrypoints.web.address=:${ports.traefikWeb}`,
    `--entrypoints.web.http.redirections.entrypoint.to=:${ports.https}`,
    "--entrypoints.web.http.redirections.entrypoint.scheme=https",
    `--entrypoints.websecure.address=:${ports.traefikWebsecure}`,
    "--entrypoints.websecure.http.tls=true",
    `--entrypoints.websecure.http.middlewares=${middlewares.hsts}@docker`,
    "--providers.docker=true",
    `--providers.docker.endpoint=${engine}`,
    "--providers.docker.swarmmode=true",
    "--providers.docker.exposedbydefault=false",
    // With the defaults of 15 s and 2 s requests go on to tasks that are gone.
    "--providers.docker.swarmmoderefreshseconds=1s",
    "--providers.providersthrottleduration=200ms",
    ...certificateFlags(tls),
  ];
}

function certificateFlags(tls: Tls): string[] {
  switch (tls.mode) {
    case "self-signed":
      return [];
    case "files":
      return [`--providers.file.filename=${tlsFile}`];
    case "acme":
      return [
        "--entrypoints.websecure.http.tls.certresolver=acme",
        `--certificatesresolvers.acme.acme.email=${tls.email}`,
        `--certificatesresolvers.acme.acme.storage=${acmeFolder}/acme.json`,
        // The default, RSA with 4096 bits, costs the edge several milliseconds of a processor at each new connection.
        "--certificatesresolvers.acme.acme.keytype=EC256",
        "--certificatesresolvers.acme.acme.httpchallenge.entrypoint=web",
        ...(tls.server === undefined ? [] : [`--certificatesresolvers.acme.acme.caserver=${tls.server}`]),
      ];
  }
}

/** Traefik's file provider: the given certificate answers for every host that has none of its own. */
export function tlsYaml(): string {
  return `tls:
  stores:
    default:
      defaultCertificate:
        certFile: ${certificateFile}
        keyFile: ${keyFile}
`;
}
