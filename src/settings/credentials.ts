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
