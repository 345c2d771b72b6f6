import { z } from "zod";
import { forgeFields } from "./forge.ts";
import { field } from "./problem.ts";
import { repositoryFields } from "./repository.ts";
import * as units from "./units.ts";

function integer(least: number, greatest: number, standard: number, unit: string) {
  const text = z
    .string()
    .transform((digits) => units.parseInteger(digits) ?? NaN)
    .refine((number) => number >= least && number <= greatest)
    .default(standard);
  return field(
    text,
    `an integer from ${least} to ${greatest} (${unit})`,
    `write digits only, or leave it empty for ${standard}`,
  );
}

function duration(least: string, greatest: string, standard: string) {
  const [low, high, usual] = [least, greatest, standard].map((text) => units.parseDuration(text) ?? NaN);
  const text = z
    .string()
    .transform((span) => units.parseDuration(span) ?? NaN)
    .refine((seconds) => seconds >= (low ?? 0) && seconds <= (high ?? 0))
    .default(usual ?? NaN);
  return field(
    text,
    `a duration from ${least} to ${greatest} like 15m, 6h or 1d`,
    `correct it, or leave it empty for ${standard}`,
  );
}

const absolutePath = z
  .string()
  .regex(/^\/[A-Za-z0-9._/-]{1,200}$/)
  .refine((path) => !path.split("/").includes(".."));

const dockerHost = z
  .string()
  .refine(
    (host) =>
      /^unix:\/\/\/[A-Za-z0-9._/-]+$/.test(host) ||
      /^tcp:\/\/[A-Za-z0-9.-]+:[0-9]{1,5}$/.test(host) ||
      /^ssh:\/\/(?:[a-z_][a-z0-9_-]*@)?[A-Za-z0-9.-]+(?::[0-9]{1,5})?$/.test(host),
  );

const networks = z
  .string()
  .transform((list) => list.split(",").map((network) => network.trim()))
  .refine((list) => list.length <= 100 && list.every(units.isNetwork));

// For programs that read it by themselves; what is right they know better.
const passedOn = z.string().max(4096).optional();

function passOn(secret: boolean) {
  return field(passedOn, "at most 4096 characters", "shorten it", secret);
}

/** One entry for each variable but the ports and the credentials, which have tables of their own. */
export const envSchema = z.strictObject({
  DOMAIN: field(
    z.string().max(200).refine(units.isDomain).default("studygiveway.localhost"),
    "a lower-case DNS name with at least one dot and at most 200 characters",
    "write it like example.com, without scheme, port or final dot",
  ),
  ADMIN_USER: field(
    z
      .string()
      .regex(/^[a-z][a-z0-9._-]{1,31}$/)
      .default("admin"),
    "2 to 32 characters out of a-z 0-9 and ._- with a letter first",
    "choose another name, or leave it empty for admin",
  ),
  ADMIN_EMAIL: field(
    z.string().refine(units.isEmail).default("admin@example.com"),
    "an e-mail address at a public domain",
    "write it like admin@example.com; pgAdmin does not start with an address under .local, .localhost or .test",
  ),
  ADMIN_ALLOW: field(
    networks.default(["127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]),
    "addresses or networks with commas between them",
    "write it like 192.0.2.7,10.0.0.0/8, or leave it empty for loopback and private networks",
  ),
  ACME_EMAIL: field(
    z.string().refine(units.isEmail).optional(),
    "an e-mail address at a public domain",
    "write your own, or leave it empty for a self-signed certificate",
  ),
  ACME_SERVER: field(
    z
      .string()
      .regex(/^https:\/\/[A-Za-z0-9.-]+(?::[0-9]{1,5})?\/[A-Za-z0-9._~/-]*$/)
      .optional(),
    "the https URL of an ACME directory",
    "write it like https://acme-staging-v02.api.letsencrypt.org/directory, or leave it empty",
  ),
  TLS_CERTIFICATE_FILE: field(z.string().max(4096).optional(), "a path", "shorten it"),
  TLS_KEY_FILE: field(z.string().max(4096).optional(), "a path", "shorten it"),
  IMAGES: field(
    z.enum(["official", "stand-in"]).default("official"),
    "official or stand-in",
    "leave it empty for official; stand-in is for tests where no registry answers",
  ),
  REGISTRY_PREFIX: field(
    z.string().refine(units.isImagePrefix).default("studygiveway"),
    "what stands before the name of an image, in lower case",
    "write it like registry.example.com/team, without scheme or final slash",
  ),
  REGISTRY_ADDRESS: field(
    z.string().refine(units.isRegistryAddress).optional(),
    "a host, or host:port",
    "write it like registry.example.com:5000, without scheme or path",
  ),
  REGISTRY_USER: field(
    z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/)
      .refine((user) => !user.includes(":"))
      .optional(),
    "1 to 255 visible ASCII characters without colon",
    "copy it again from the registry",
  ),
  REGISTRY_PASSWORD: field(
    z
      .string()
      .regex(/^[\x21-\x7e]{1,4096}$/)
      .optional(),
    "1 to 4096 visible ASCII characters",
    "copy it again from the registry",
    true,
  ),
  ...forgeFields,
  ...repositoryFields,
  LOG_RETENTION_DAYS: integer(1, 3650, 14, "days"),
  BACKUP_INTERVAL: duration("1m", "7d", "6h"),
  BACKUP_RETENTION_DAYS: integer(1, 3650, 14, "days"),
  GATE_TIMEOUT_SECONDS: integer(10, 3600, 240, "seconds"),
  PROMOTE_TIMEOUT_SECONDS: integer(10, 3600, 50, "seconds"),
  EDGE_ADDRESS: field(
    z
      .string()
      .transform((list) => list.split(",").map((address) => address.trim()))
      .refine((list) => list.length <= 20 && list.every(units.isRegistryAddress))
      .optional(),
    "hosts, or host:port, with commas between them",
    "write it like 192.0.2.7:443, or leave it empty for where the Engine is",
  ),
  DOCKER_HOST: field(
    dockerHost.default("unix:///var/run/docker.sock"),
    "unix:///path, tcp://host:port or ssh://user@host",
    "leave it empty for the socket of this machine",
    true,
  ),
  DOCKER_SOCKET_PATH: field(
    absolutePath.optional(),
    "an absolute path of plain characters",
    "leave it empty for the path in DOCKER_HOST, or /var/run/docker.sock",
  ),
  DOCKER_SOCKET_GID: field(
    z
      .string()
      .transform((digits) => units.parseInteger(digits) ?? NaN)
      .refine((gid) => gid >= 0 && gid <= 2_147_483_647)
      .optional(),
    "the number of a group, 0 to 2147483647",
    "write what `stat -c %g /var/run/docker.sock` says on the managers",
  ),
  DOCKER_DATA_ROOT: field(
    absolutePath.default("/var/lib/docker"),
    "an absolute path of plain characters",
    "write what `docker info` calls Docker Root Dir",
  ),
  DOCKER_CERT_PATH: passOn(false),
  DOCKER_TLS_VERIFY: passOn(false),
  PULUMI_BACKEND_URL: passOn(true),
  PULUMI_CONFIG_PASSPHRASE: passOn(true),
  PULUMI_CONFIG_PASSPHRASE_FILE: passOn(false),
  PULUMI_ACCESS_TOKEN: passOn(true),
  AWS_ACCESS_KEY_ID: passOn(true),
  AWS_SECRET_ACCESS_KEY: passOn(true),
  AWS_REGION: passOn(false),
});

export type Env = z.output<typeof envSchema>;
