export const token = "repository-token-0123456789";
export const passphrase = "state-passphrase-0123456789";

/** Everything that a pipeline needs. */
export const goodRepository: Readonly<Record<string, string>> = {
  REPOSITORY_URL: "https://github.com/o/app.git",
  REPOSITORY_USER: "ci",
  REPOSITORY_TOKEN: token,
  PULUMI_BACKEND_URL: "s3://state",
  PULUMI_CONFIG_PASSPHRASE: passphrase,
};
