import * as pulumi from "@pulumi/pulumi";
import { EngineError } from "./cluster/engine.ts";
import { StackNameError } from "./identity.ts";
import { loadSettings, SettingsError } from "./settings/index.ts";
import { program } from "./stacks/program.ts";

// stack name -> identity -> settings -> platform | data | release -> outputs
export default async function main(): Promise<Record<string, unknown>> {
  try {
    return await program(loadSettings(pulumi.getStack()));
  } catch (error) {
    const known = [SettingsError, StackNameError, EngineError].some((kind) => error instanceof kind);
    if (known && error instanceof Error) throw new pulumi.RunError(error.message);
    throw error;
  }
}
