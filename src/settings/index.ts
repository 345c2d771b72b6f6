import { type Identity } from "../identity.ts";
import { type Credentials } from "./credentials.ts";
import { type Ports } from "./ports.ts";
import { type Services } from "./services.ts";

export { type CredentialName, type Credentials } from "./credentials.ts";
export { type PortName, type Ports } from "./ports.ts";
export { SettingsError } from "./problem.ts";
export {
  type ServiceName,
  type Services,
  type StatefulName,
  type StatefulSettings,
  type StatelessName,
  type StatelessSettings,
} from "./services.ts";

/** All a stack is told from outside; complete, checked and frozen. */
export interface Settings {
  readonly identity: Identity;
  readonly docker: {
    /** Where the provider finds the engine. */
    readonly host: string;
    /** The engine's socket as the node itself sees it, for the guard that reads it. */
    readonly socketPath: string;
    /** Where the engine keeps containers and their logs. */
    readonly dataRoot: string;
  };
  readonly images: { readonly source: "official" | "stand-in"; readonly prefix: string };
  readonly registry: { readonly address: string; readonly user: string; readonly password: string } | undefined;
  readonly domain: string;
  readonly ports: Ports;
  readonly admin: { readonly user: string; readonly email: string; readonly allow: readonly string[] };
  readonly tls: Tls;
  readonly credentials: Credentials;
  readonly logs: { readonly retentionDays: number };
  readonly backup: { readonly intervalSeconds: number; readonly retentionDays: number };
  readonly gate: { readonly timeoutSeconds: number };
  /** Whether a release brings its own data tier or borrows the environment's. */
  readonly data: "own" | "shared";
  /** Whether its data may be removed without a verified backup. */
  readonly disposable: boolean;
  readonly services: Services;
}

export type Tls =
  | { readonly mode: "self-signed" }
  | { readonly mode: "acme"; readonly email: string; readonly server: string | undefined }
  /** PEM texts, not paths. */
  | { readonly mode: "files"; readonly certificate: string; readonly key: string };

export function loadSettings(stack: string): Settings {
  throw new Error(`not written yet: ${stack}`);
}
