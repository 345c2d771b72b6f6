import { readFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";

/** What the program asks the Engine itself, where the provider has no word for it. */
export type Engine = Docker;

/** Why the cluster cannot be deployed to, and what to do. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

interface Cluster {
  readonly nodes: number;
}

/** What Traefik 2.11.0-rc2 speaks; Engine 29 refuses it unless it is told otherwise. */
export const traefikApi = "1.24";

/** The Engine of this machine. */
export const localEngine = "unix:///var/run/docker.sock";

const connectTimeoutMs = 10_000;

/** What else it takes to reach an Engine of another machine. */
interface EngineAccess {
  /** The folder of ca.pem, cert.pem and key.pem. A server that this authority does not know is not talked to. */
  readonly certPath?: string | undefined;
  /** Whether to speak TLS without such a folder, too; the authorities are those of this machine then. */
  readonly verify?: boolean;
  /** The socket of the agent that holds the keys for ssh. */
  readonly sshAgent?: string | undefined;
}

/** Where the Engine listens that is deployed to, by the variables of `.env` and of the process. */
export function engineHost(env: Readonly<Record<string, string | undefined>>): string {
  return env["DOCKER_HOST"] ?? localEngine;
}

// All is said here: what is left out the client takes from the variables of the process, which may know nothing of .env.
export function openEngine(host: string, { certPath, verify = false, sshAgent }: EngineAccess = {}): Engine {
  const url = new URL(host);
  switch (url.protocol) {
    case "unix:":
      return new Docker({ socketPath: url.pathname, timeout: 0 });
    case "ssh:": {
      const sshOptions = sshAgent === undefined ? {} : { agent: sshAgent };
      const { hostname, port, username } = url;
      return new Docker({ protocol: "ssh", host: hostname, port: port || "22", username, sshOptions });
    }
    default: {
      const protocol = certPath !== undefined || verify ? "https" : "http";
      return new Docker({ protocol, host: url.hostname, port: url.port || "2375", ...certificates(certPath) });
    }
  }
}

function certificates(folder: string | undefined) {
  const read = (file: string) => (folder === undefined ? undefined : readCertificate(join(folder, file)));
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}

function readCertificate(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new EngineError(
      `DOCKER_CERT_PATH: got ${(error as NodeJS.ErrnoException).code ?? "an error"} for ${path}, expected a folder with ` +
        `ca.pem, cert.pem and key.pem, copy the missing file there, or leave it empty for an Engine without TLS`,
      { cause: error },
    );
  }
}

/** The Swarm behind the Engine; refuses what could only fail later. */
export async function readCluster(engine: Engine, host: string): Promise<Cluster> {
  const info = await answerOf(engine, host);
  const { MinAPIVersion: oldest } = (await engine.version()) as { MinAPIVersion?: string };
  if (oldest !== undefined && refusesTraefik(oldest)) {
    throw new EngineError(
      `Docker Engine ${info.ServerVersion}: got an oldest API of ${oldest}, expected ${traefikApi} or older, since Traefik 2.11.0-rc2 ` +
        `speaks no newer one; use Engine 28 or older, or start dockerd with DOCKER_MIN_API_VERSION=${traefikApi}`,
    );
  }
  if (!info.Swarm.ControlAvailable) {
    throw new EngineError(
      `${host}: got an Engine that is no Swarm manager (state ${info.Swarm.LocalNodeState ?? "unknown"}), ` +
        `run "docker swarm init" there, or set DOCKER_HOST to a manager`,
    );
  }
  return { nodes: info.Swarm.Nodes ?? 1 };
}

interface Info {
  readonly ServerVersion: string;
  readonly Swarm: { readonly ControlAvailable: boolean; readonly LocalNodeState?: string; readonly Nodes?: number };
}

async function answerOf(engine: Engine, host: string): Promise<Info> {
  const signal = AbortSignal.timeout(connectTimeoutMs);
  try {
    return (await Promise.race([
      engine.info(),
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          reject(new Error(`no answer within ${String(connectTimeoutMs / 1000)} s`));
        });
      }),
    ])) as Info;
  } catch (error) {
    throw noAnswer(host, error);
  }
}

function noAnswer(host: string, error: unknown): EngineError {
  const reason = error instanceof Error ? error.message : String(error);
  return new EngineError(
    `${host}: the Docker Engine does not answer (${reason}), start it, or set DOCKER_HOST to where it listens`,
    { cause: error },
  );
}

/** What there is to say of an error that means that nothing answers there, or no longer; undefined for any other. */
export function unreachable(host: string, error: Error): EngineError | undefined {
  const { code, syscall = "" }: NodeJS.ErrnoException = error;
  return code === "ECONNRESET" || ["connect", "getaddrinfo"].includes(syscall) ? noAnswer(host, error) : undefined;
}

/** Does an Engine not speak the API of Traefik any more, when this is its oldest one? */
export function refusesTraefik(oldest: string): boolean {
  const [major = 0, minor = 0] = oldest.split(".").map(Number);
  const [ofTraefik = 0, itsMinor = 0] = traefikApi.split(".").map(Number);
  return major > ofTraefik || (major === ofTraefik && minor > itsMinor);
}
