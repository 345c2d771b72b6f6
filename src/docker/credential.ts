import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import bcrypt from "bcryptjs";
import { createHash, createHmac } from "node:crypto";
import { type CredentialName } from "../settings/index.ts";
import { type Scope } from "./scope.ts";

/** The given credential, or one generated once and kept in the state. Always secret. */
export function credential(scope: Scope, parent: pulumi.Resource, name: CredentialName): pulumi.Output<string> {
  const given = scope.settings.credentials[name];
  if (given !== undefined) return pulumi.secret(given);
  // Letters and digits only: it ends up in YAML, INI, URLs and shell words.
  return new random.RandomPassword(name, { length: 40, special: false }, { parent }).result;
}

/**
 * The bcrypt hash of a password for one user. The salt comes from both, so that the same input gives the same text and
 * an `up` that changes nothing replaces nothing. Cost 10 is what htpasswd and Elasticsearch take by default.
 */
export function bcryptHash(user: string, password: string): string {
  const salt = createHash("sha256").update(`${user}\0${password}`).digest().subarray(0, 16);
  return bcrypt.hashSync(password, `$2a$10$${bcrypt.encodeBase64(salt, 16)}`);
}

/** A password for one purpose out of another; who knows it can find out neither the other nor its siblings. */
export function derived(password: string, purpose: string): string {
  return createHmac("sha256", password).update(purpose).digest("hex");
}
