import { runtime } from "@pulumi/pulumi";
import { type Identity, stackName } from "../identity.ts";
import { readFiles } from "./files.ts";
import { type Settings, settingsFrom } from "./settings.ts";

export { type CredentialName } from "./credentials.ts";
export { envFileText } from "./env-file.ts";
export { type ForgeKind, type ForgeSettings } from "./forge.ts";
export { type Ports } from "./ports.ts";
export { SettingsError } from "./problem.ts";
export { type ServiceName, type StatefulName } from "./services.ts";
export { type RepositorySettings } from "./repository.ts";
export { type Policy, type Settings } from "./settings.ts";
export { type Tls } from "./tls.ts";

/** The same for the delivery command, which runs outside of Pulumi: without what `pulumi config` says of one stack. */
export function loadEnvironmentSettings(identity: Identity): Settings {
  return settingsFrom({ stack: stackName(identity), stackConfig: {}, ...readFiles() });
}

/** Reads everything a stack is told from outside; throws one SettingsError that lists all that is wrong. */
export function loadSettings(stack: string): Settings {
  return settingsFrom({ stack, stackConfig: runtime.allConfig(), ...readFiles() });
}
