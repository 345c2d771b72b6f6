import { z } from "zod";
import { field } from "./problem.ts";

export const credentialNames = [
  "adminPassword",
  "postgresSuperuserPassword",
  "postgresReplicationPassword",
  "postgresRewindPassword",
  "patroniRestapiPassword",
  "pgbouncerPassword",
  "postgresAppPassword",
  "redisStackPassword",
  "minioRootUser",
  "minioRootPassword",
  "elasticPassword",
  "kibanaPassword",
  "kibanaEncryptionKey",
  "logstashPassword",
  "appElasticsearchPassword",
  "djangoSecretKey",
] as const;

export type CredentialName = (typeof credentialNames)[number];

/** A missing one is generated once and kept in the stack's state as a secret. */
export type Credentials = Readonly<Record<CredentialName, string | undefined>>;

type CredentialField = z.ZodType<string | undefined>;

// Every character means itself in each of the configuration files a credential ends in.
const characters = "[A-Za-z0-9._~+=@%^*:,!-]";

function credential(least: number): CredentialField {
  const pattern = new RegExp(`^(?=[A-Za-z0-9])${characters}{${least},128}$`);
  return field(
    z.string().regex(pattern).optional(),
    `${least} to 128 characters out of A-Z a-z 0-9 and ._~+=@%^*:,!- with a letter or digit first`,
    "choose another one, or leave it empty to have it generated",
    true,
  );
}

const special: Partial<Record<CredentialName, CredentialField>> = {
  kibanaEncryptionKey: credential(32),
  djangoSecretKey: credential(32),
  minioRootUser: field(
    z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$/)
      .optional(),
    "3 to 64 characters out of A-Z a-z 0-9 and ._- with a letter or digit first",
    "choose another name, or leave it empty to have it generated",
    true,
  ),
};

export const credentialSchema = z.strictObject(
  Object.fromEntries(credentialNames.map((name) => [name, special[name] ?? credential(12)])) as Record<
    CredentialName,
    CredentialField
  >,
);
