import * as pulumi from "@pulumi/pulumi";
import { type File } from "../docker/file.ts";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";
import { envFileText, type RepositorySettings, type Settings } from "../settings/index.ts";
import { Jenkins } from "./jenkins.ts";
import { agent } from "./jenkins-pipeline.ts";

export interface JenkinsAgentArgs {
  readonly scope: Scope;
  readonly repository: RepositorySettings;
  /** With it the agent asks Jenkins for its own secret. */
  readonly adminPassword: pulumi.Input<string>;
  /** Jenkins' own network, with a way out. */
  readonly ci: NetworkRef;
  /** Where Traefik is, so that sgw can try a release out. */
  readonly edge: NetworkRef;
  /** The name of Traefik's service, which Swarm resolves on every network it is on. */
  readonly traefik: string;
}

const socket = "/var/run/docker.sock";
const envFile = "/run/secrets/env";
const passphraseFile = "/run/secrets/passphrase";
const certificateFile = "/run/secrets/tls_certificate";
const keyFile = "/run/secrets/tls_key";

/**
 * Runs the pipeline: the one service that may use the Docker socket, on a manager. It has no root and needs none, for it
 * belongs to the socket's group. Its workspace and caches are on a volume, which may be lost without harm.
 */
export class JenkinsAgent extends pulumi.ComponentResource {
  constructor(name: string, args: JenkinsAgentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:JenkinsAgent", name, {}, opts);
    const { scope, repository, adminPassword, ci, edge, traefik } = args;
    const { admin, docker, ports, tls } = scope.settings;
    service(scope, this, {
      service: "jenkins-agent",
      args: [`http://${Jenkins.host}:${ports.jenkins}`, agent.name, admin.user],
      // One variable only: with more, every update would interrupt what is being deployed.
      env: { ENV_FILE: envFile },
      user: "1000:1000",
      groups: [docker.socketGroup],
      networks: [{ network: ci }, { network: edge }],
      secrets: [
        { path: "/run/secrets/admin_password", text: adminPassword },
        { path: envFile, text: pulumi.secret(agentVariables(scope.settings, repository, traefik)) },
        ...passphrase(repository),
        ...certificate(tls),
      ],
      volume: { path: "/home/jenkins" },
      binds: [{ source: docker.socketPath, path: socket }],
      tmpfs: [{ path: "/tmp", sizeMb: 256 }],
      health: {
        // There from its first connection on. An agent that loses Jenkins goes on with what it deploys and connects again;
        // to replace it would interrupt that. When its program dies, so does the container.
        test: ["test", "-e", "/tmp/agent/online"],
        startSeconds: 300,
        everySeconds: 15,
      },
      pin: { manager: true },
      order: "stop-first",
      // What is being deployed gets most of it to end; the rest is taken up by the next run.
      stopSeconds: 50,
    });
    this.registerOutputs();
  }
}

/**
 * The .env of the agent: what was given here, with what is to be found elsewhere in its container. An agent that deploys
 * the platform comes to the same text again, so that it does not replace itself.
 */
export function agentVariables(settings: Settings, repository: RepositorySettings, traefik: string): string {
  const { docker, images, ports, tls } = settings;
  const elsewhere: Readonly<Record<string, string | undefined>> = {
    IMAGES: images.source,
    EDGE_ADDRESS: `${traefik}:${ports.traefikWebsecure}`,
    DOCKER_HOST: `unix://${socket}`,
    DOCKER_SOCKET_PATH: docker.socketPath,
    DOCKER_SOCKET_GID: String(docker.socketGroup),
    // For a connection by TCP, which it does not need.
    DOCKER_CERT_PATH: undefined,
    DOCKER_TLS_VERIFY: undefined,
    PULUMI_CONFIG_PASSPHRASE: undefined,
    PULUMI_CONFIG_PASSPHRASE_FILE: repository.passphrase === undefined ? undefined : passphraseFile,
    TLS_CERTIFICATE_FILE: tls.mode === "files" ? certificateFile : undefined,
    TLS_KEY_FILE: tls.mode === "files" ? keyFile : undefined,
  };
  const all = Object.entries({ ...repository.variables, ...elsewhere })
    .flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return envFileText(Object.fromEntries(all));
}

function passphrase({ passphrase: text }: RepositorySettings): File[] {
  return text === undefined ? [] : [{ path: passphraseFile, text: pulumi.secret(text) }];
}

function certificate(tls: Settings["tls"]): File[] {
  if (tls.mode !== "files") return [];
  return [
    { path: certificateFile, text: tls.certificate },
    { path: keyFile, text: pulumi.secret(tls.key) },
  ];
}
