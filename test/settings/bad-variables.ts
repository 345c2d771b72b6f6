import { type BadInput } from "./bad-inputs.ts";

type Row = readonly [line: string, says: string, remedy: string];

const port = "an integer from 1 to 65535";
const password = "expected 12 to 128 characters out of A-Z a-z 0-9 and ._~+=@%^*:,!- with a letter or digit first";

const ports: Row[] = [
  ["HTTP_PORT=0", `got "0", expected ${port}`, "leave it empty for 80"],
  ["HTTPS_PORT=65536", `got "65536", expected ${port}`, "leave it empty for 443"],
  ['HTTP_PORT="80 "', `got "80 ", expected ${port}`, "digits only"],
  ["HTTP_PORT=-80", `got "-80", expected ${port}`, "digits only"],
  ["HTTP_PORT=080", `got "080", expected ${port}`, "digits only"],
  ["HTTP_PORT=8e1", `got "8e1", expected ${port}`, "digits only"],
  ["HTTP_PORT=http", `got "http", expected ${port}`, "digits only"],
  ["HTTP_PORT=2377", `got "2377", expected ${port} other than the Swarm's own`, "leave it empty for 80"],
  ["POSTGRES_RW_PORT=5432.0", `got "5432.0", expected ${port}`, "leave it empty for 5432"],
  ["KIBANA_PORT=99999999999999999999", `got "99999999999999999999", expected ${port}`, "leave it empty for 5601"],
];

// The second of two ports is named, with the first.
const clashes: Row[] = [
  ["HTTPS_PORT=80", "got 80, as HTTP_PORT has it, expected another port", "change one of the two"],
  ["PATRONI_PORT=5432", "got 5432, as POSTGRES_PORT has it, expected another port", "change one of the two"],
  ["ETCD_PEER_PORT=2379", "got 2379, as ETCD_PORT has it, expected another port", "change one of the two"],
  ["POSTGRES_RO_PORT=5432", "got 5432, as POSTGRES_RW_PORT has it, expected another port", "change one of the two"],
  ["HAPROXY_HEALTH_PORT=5433", "got 5433, as POSTGRES_RO_PORT has it, expected another port", "change one of the two"],
  ["LOGSTASH_API_PORT=8080", "got 8080, as LOGSTASH_HTTP_PORT has it, expected another port", "change one of the two"],
  ["JENKINS_AGENT_PORT=8080", "got 8080, as JENKINS_PORT has it, expected another port", "change one of the two"],
  ["TRAEFIK_PING_PORT=8443", "got 8443, as TRAEFIK_WEBSECURE_PORT has it, expected another", "change one of the two"],
  [
    "ELASTICSEARCH_TRANSPORT_PORT=9200",
    "got 9200, as ELASTICSEARCH_PORT has it, expected another port",
    "change one of the two",
  ],
];

const network = "expected addresses or networks with commas between them";

const places: Row[] = [
  ["DOMAIN=localhost", 'got "localhost", expected a lower-case DNS name', "example.com"],
  ["DOMAIN=Example.com", 'got "Example.com", expected a lower-case DNS name', "example.com"],
  ["DOMAIN=https://example.com", 'got "https://example.com", expected a lower-case DNS name', "without scheme"],
  ["DOMAIN=example.com.", 'got "example.com.", expected a lower-case DNS name', "final dot"],
  ["DOMAIN=exa_mple.com", 'got "exa_mple.com", expected a lower-case DNS name', "example.com"],
  ["DOMAIN=192.0.2.1", 'got "192.0.2.1", expected a lower-case DNS name', "example.com"],
  ["DOMAIN=exämple.com", 'got "exämple.com", expected a lower-case DNS name', "example.com"],
  [`DOMAIN=${"a.".repeat(100)}com`, 'got "a.a.', "example.com"],
  [`DOMAIN=${"a".repeat(64)}.com`, 'got "aaaa', "example.com"],
  ["ADMIN_USER=Admin", 'got "Admin", expected 2 to 32 characters', "leave it empty for admin"],
  ["ADMIN_USER=a:b", 'got "a:b", expected 2 to 32 characters', "leave it empty for admin"],
  ["ADMIN_EMAIL=admin", 'got "admin", expected an e-mail address', "admin@example.com"],
  ["ADMIN_EMAIL=admin@site.local", 'got "admin@site.local", expected an e-mail address', "pgAdmin does not start"],
  ["ADMIN_ALLOW=10.0.0.0/33", `got "10.0.0.0/33", ${network}`, "192.0.2.7,10.0.0.0/8"],
  ["ADMIN_ALLOW=everyone", `got "everyone", ${network}`, "192.0.2.7,10.0.0.0/8"],
  ["ADMIN_ALLOW=10.0.0.1,,10.0.0.2", `got "10.0.0.1,,10.0.0.2", ${network}`, "192.0.2.7,10.0.0.0/8"],
  ["DOCKER_HOST=/var/run/docker.sock", "got a value of 20 characters, expected unix:///path", "leave it empty"],
  ["DOCKER_DATA_ROOT=../docker", 'got "../docker", expected an absolute path', "Docker Root Dir"],
  ["DOCKER_SOCKET_PATH=/run/../docker.sock", 'got "/run/../docker.sock", expected an absolute path', "leave it empty"],
];

const images: Row[] = [
  ["IMAGES=fake", 'got "fake", expected official or stand-in', "leave it empty"],
  ["REGISTRY_PREFIX=https://registry.example.com", 'got "https://registry.example.com", expected what', "lower case"],
  ["REGISTRY_PREFIX=Team", 'got "Team", expected what stands before', "lower case"],
];

const times: Row[] = [
  ["LOG_RETENTION_DAYS=0", 'got "0", expected an integer from 1 to 3650 (days)', "leave it empty for 14"],
  ["BACKUP_RETENTION_DAYS=forever", 'got "forever", expected an integer from 1 to 3650', "leave it empty for 14"],
  ["BACKUP_INTERVAL=0s", 'got "0s", expected a duration from 1m to 7d', "leave it empty for 6h"],
  ["BACKUP_INTERVAL=30s", 'got "30s", expected a duration from 1m to 7d', "leave it empty for 6h"],
  ["BACKUP_INTERVAL=6", 'got "6", expected a duration from 1m to 7d', "leave it empty for 6h"],
  ["BACKUP_INTERVAL=6 hours", 'got "6 hours", expected a duration from 1m to 7d', "leave it empty for 6h"],
  ["BACKUP_INTERVAL=8d", 'got "8d", expected a duration from 1m to 7d', "leave it empty for 6h"],
  ["GATE_TIMEOUT_SECONDS=4m", 'got "4m", expected an integer from 10 to 3600 (seconds)', "leave it empty for 240"],
  ["PROMOTE_TIMEOUT_SECONDS=5", 'got "5", expected an integer from 10 to 3600 (seconds)', "leave it empty for 50"],
  ["EDGE_ADDRESS=https://edge", 'got "https://edge", expected hosts, or host:port', "leave it empty for where the"],
];

const credentials: Row[] = [
  ["ADMIN_PASSWORD=shortshorts", `got a value of 11 characters, ${password}`, "have it generated"],
  [`ELASTIC_PASSWORD=${"long".repeat(33)}`, `got a value of 132 characters, ${password}`, "have it generated"],
  ["POSTGRES_APP_PASSWORD='with some spaces'", `got a value of 16 characters, ${password}`, "have it generated"],
  ["REDIS_STACK_PASSWORD=dollar$dollar$", `got a value of 14 characters, ${password}`, "have it generated"],
  ["PGBOUNCER_PASSWORD=schlüsselschlüssel", `got a value of 18 characters, ${password}`, "have it generated"],
  ["LOGSTASH_PASSWORD=--leading-dashes", `got a value of 16 characters, ${password}`, "have it generated"],
  ["KIBANA_ENCRYPTION_KEY=only-sixteen-of-", "got a value of 16 characters, expected 32 to 128", "have it generated"],
  ["DJANGO_SECRET_KEY=only-sixteen-of-", "got a value of 16 characters, expected 32 to 128", "have it generated"],
  ["MINIO_ROOT_USER=root=yes", "got a value of 8 characters, expected 3 to 64 characters", "have it generated"],
];

function rows(about: string, table: readonly Row[]): BadInput[] {
  return table.map(([env, says, remedy]) => {
    const [name = "", value = ""] = env.split(/=(.*)/);
    const hidden = /PASSWORD|SECRET|ENCRYPTION|MINIO_ROOT/.test(name) ? { secret: value.replaceAll("'", "") } : {};
    const title = `${about}: ${name}=${"secret" in hidden ? "..." : value.slice(0, 30)}`;
    return { title, env, says: `${name} (.env:1): ${says}`, remedy, ...hidden };
  });
}

const together: BadInput[] = [
  {
    title: "a bad variable of the process over a good one of the file",
    env: "HTTP_PORT=8080",
    variables: { HTTP_PORT: "eighty" },
    says: `HTTP_PORT (environment variable): got "eighty", expected ${port}`,
    remedy: "digits only",
  },
  {
    title: "a registry without password",
    env: "REGISTRY_ADDRESS=registry.example.com\nREGISTRY_USER=ci",
    says: "REGISTRY_PASSWORD: got nothing, expected a value, because REGISTRY_ADDRESS and REGISTRY_USER are set",
    remedy: "set all three",
  },
  {
    title: "a registry with a scheme",
    env: "REGISTRY_ADDRESS=https://registry.example.com\nREGISTRY_USER=ci\nREGISTRY_PASSWORD=hunter2",
    says: 'REGISTRY_ADDRESS (.env:1): got "https://registry.example.com", expected a host, or host:port',
    remedy: "without scheme",
    secret: "hunter2",
  },
  {
    title: "backups that expire before the next one",
    env: "BACKUP_INTERVAL=7d\nBACKUP_RETENTION_DAYS=2",
    says: "BACKUP_INTERVAL (.env:1): got a run every 168 hours, expected at least one within BACKUP_RETENTION_DAYS (2)",
    remedy: "keep backups longer",
  },
  {
    title: "ACME for a domain of this machine",
    env: "ACME_EMAIL=admin@example.com",
    says: "ACME_EMAIL (.env:1): got ACME for studygiveway.localhost, expected a public domain",
    remedy: "set DOMAIN",
  },
  {
    title: "ACME without a real address",
    env: "DOMAIN=example.com\nACME_EMAIL=me",
    says: 'ACME_EMAIL (.env:2): got "me", expected an e-mail address',
    remedy: "self-signed",
  },
  {
    title: "an ACME server without ACME",
    env: "ACME_SERVER=https://acme.example.com/directory",
    says: "ACME_SERVER (.env:1): got a server without ACME_EMAIL, expected both or none",
    remedy: "set ACME_EMAIL",
  },
  {
    title: "a certificate without its key",
    env: "TLS_CERTIFICATE_FILE=README.md",
    says: "TLS_KEY_FILE: got nothing, expected a file as well, because TLS_CERTIFICATE_FILE is set",
    remedy: "both or none",
  },
  {
    title: "a certificate that is not there",
    env: "TLS_CERTIFICATE_FILE=none.pem\nTLS_KEY_FILE=none.key",
    says: 'TLS_CERTIFICATE_FILE (.env:1): got "none.pem", which cannot be read, expected a file',
    remedy: "correct the path",
  },
  {
    title: "a key that is none",
    env: "TLS_CERTIFICATE_FILE=none.pem\nTLS_KEY_FILE=package.json",
    says: "TLS_KEY_FILE (.env:2): got a file that is not an unencrypted private key, expected an unencrypted private key",
    remedy: "openssl",
  },
  {
    title: "ACME and certificate files",
    env: "DOMAIN=example.com\nACME_EMAIL=admin@example.com\nTLS_CERTIFICATE_FILE=a.pem\nTLS_KEY_FILE=a.key",
    says: "ACME_EMAIL (.env:2): got ACME and certificate files, expected one of the two",
    remedy: "remove ACME_EMAIL, or",
  },
];

export const badVariables: readonly BadInput[] = [
  ...rows("a port", ports),
  ...rows("the same port twice", clashes),
  ...rows("a place", places),
  ...rows("an image", images),
  ...rows("a time", times),
  ...rows("a credential", credentials),
  ...together,
];
