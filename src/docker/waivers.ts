import { type ServiceName, type Settings } from "../settings/index.ts";

/** The services that run as root, and why. All of them still run without any capability and on a read-only root. */
export const rootBecause: Partial<Record<ServiceName, string>> = {
  filebeat: "Docker keeps the log files of containers readable for root only",
  "docker-guard": "the Docker socket belongs to root and to a group whose number differs between nodes",
  "redis-stack": "the official image leaves /data to root, so a fresh volume can be written by root only",
  minio: "the official image leaves /data to root, so a fresh volume can be written by root only",
};

/** The one waiver that a setting decides on. */
const traefikWithAcme =
  "the official image has no folder for certificates, so a fresh volume can be written by root only";

/** Why a service runs as root with these settings; undefined where it must not. */
export function rootReason(service: ServiceName, { tls }: Pick<Settings, "tls">): string | undefined {
  return service === "traefik" && tls.mode === "acme" ? traefikWithAcme : rootBecause[service];
}
