import { type BadInput } from "./bad-inputs.ts";

const replicas = "an integer from 1 to 20";
const config = "pulumi config of staging-pr-1";

type Row = readonly [section: object, path: string, says: string, remedy: string];

// Each is set on the stack, over the committed file of its environment.
const sections: Row[] = [
  [{ daphne: { replicas: 0 } }, "daphne.replicas", `got 0, expected ${replicas}`, "remove it for 1"],
  [{ daphne: { replicas: -1 } }, "daphne.replicas", `got -1, expected ${replicas}`, "remove it for 1"],
  [{ nginx: { replicas: 21 } }, "nginx.replicas", `got 21, expected ${replicas}`, "remove it for 1"],
  [{ nginx: { replicas: 1.5 } }, "nginx.replicas", `got 1.5, expected ${replicas}`, "remove it for 1"],
  [{ daphne: { replicas: "3" } }, "daphne.replicas", `got "3", expected ${replicas}`, "without quotes"],
  [{ daphne: { replicas: null } }, "daphne.replicas", `got nothing, expected ${replicas}`, "remove it for 1"],
  [{ pgadmin: { replicas: 2 } }, "pgadmin.replicas", "got 2, expected 1", "runs once"],
  [{ postgres: { members: 3 } }, "postgres.members", "got 3, expected 1", "not yet"],
  [{ minio: { members: 0 } }, "minio.members", "got 0, expected 1", "remove it"],
  [
    { postgres: { replicas: 2 } },
    "postgres.replicas",
    "got an unknown name, expected one of image members",
    "remove it",
  ],
  [
    { daphne: { replica: 2 } },
    "daphne.replica",
    "got an unknown name, expected one of image",
    "did you mean replicas?",
  ],
  [{ daphne: { ports: 2 } }, "daphne.ports", "got an unknown name, expected one of image replicas", "remove it"],
  [{ daphne: 3 }, "daphne", "got 3, expected a section with image, replicas, memoryMb, cpus", "below it"],
  [{ daphne: [] }, "daphne", "got [], expected a section with image, replicas, memoryMb, cpus", "below it"],
  [{ redis: { members: 1 } }, "redis", "got an unknown name, expected a known name", "remove it"],
  [{ redistack: {} }, "redistack", "got an unknown name, expected a known name", "did you mean redis-stack?"],
  [{ Postgres: {} }, "Postgres", "got an unknown name, expected a known name", "did you mean postgres?"],
  [{ dafne: {} }, "dafne", "got an unknown name, expected a known name", "did you mean daphne?"],
  [{ "daphne.replicas": 2 }, "daphne.replicas", "got a path as a name, expected a section", "--path"],
  [{ jenkins: { memoryMb: 512 } }, "jenkins", "got a section, expected none", "--stack platform"],
  [{ daphne: { image: "" } }, "daphne.image", "got nothing, expected an image reference", "src/images.ts"],
  [{ daphne: { image: "Team/App:1" } }, "daphne.image", 'got "Team/App:1", expected an image', "src/images.ts"],
  [{ daphne: { image: "app:1:2" } }, "daphne.image", 'got "app:1:2", expected an image reference', "src/images.ts"],
  [{ daphne: { image: "app:" } }, "daphne.image", 'got "app:", expected an image reference', "src/images.ts"],
  [{ daphne: { image: "app@sha256:12" } }, "daphne.image", 'got "app@sha256:12", expected an image', "src/images.ts"],
  [{ daphne: { image: "https://r.io/a" } }, "daphne.image", 'got "https://r.io/a", expected an image', "src/images.ts"],
  [{ daphne: { image: "app; rm -rf /" } }, "daphne.image", 'got "app; rm -rf /", expected an image', "src/images.ts"],
  [{ daphne: { image: 1.4 } }, "daphne.image", "got 1.4, expected an image reference", "src/images.ts"],
  [{ postgres: { memoryMb: 64 } }, "postgres.memoryMb", "got 64, expected an integer from 128 to 262144 (MB)", "512"],
  [{ postgres: { memoryMb: "1g" } }, "postgres.memoryMb", 'got "1g", expected an integer from 128', "without unit"],
  [
    { daphne: { memoryMb: 1e9 } },
    "daphne.memoryMb",
    "got 1000000000, expected an integer from 64",
    "remove it for 256",
  ],
  [{ daphne: { cpus: 0 } }, "daphne.cpus", "got 0, expected a number from 0.05 to 64 (CPUs)", "remove it for 1"],
  [{ daphne: { cpus: "500m" } }, "daphne.cpus", 'got "500m", expected a number from 0.05', "without unit"],
  [{ data: "borrowed" }, "data", 'got "borrowed", expected own or shared', "choose one"],
  [{ disposable: "yes" }, "disposable", 'got "yes", expected true or false', "without quotes"],
  [{ keep: 6 }, "keep", "got 6, expected an integer from 0 to 5 (releases)", "remove it for 0"],
  [{ ttl: "1m" }, "ttl", 'got "1m", expected none, or a duration from 1h to 366d', "remove it for none"],
  [{ maxLive: 0 }, "maxLive", "got 0, expected an integer from 1 to 50 (releases)", "remove it for 10"],
  [{ dispsable: true }, "dispsable", "got an unknown name, expected a known name", "did you mean disposable?"],
];

function file(content: string): string {
  return `config:\n${content.replaceAll(/^/gm, "  studygiveway-infra:")}\n`;
}

const name = "Pulumi.staging.yaml";

const files: BadInput[] = [
  {
    title: "an empty environment file",
    environmentFile: "",
    says: `${name}: got nothing, expected config:`,
    remedy: "",
  },
  {
    title: "an environment file without config:",
    environmentFile: "studygiveway-infra:data: own\n",
    says: `${name}: got {"studygiveway-infra:data":"own"}, expected config:`,
    remedy: "write at least that",
  },
  {
    title: "an environment file that is not YAML",
    environmentFile: "config:\n\t- x: [",
    says: `${name}: got `,
    remedy: "correct that line",
  },
  {
    title: "a key twice in the environment file",
    environmentFile: file("data: own\ndata: shared"),
    says: `${name}: got Map keys must be unique at line 3, column 3, expected YAML`,
    remedy: "correct that line",
  },
  {
    title: "a key of another project",
    environmentFile: "config:\n  docker:host: unix:///run/docker.sock\n",
    says: `docker:host (${name}): got a key of another project, expected studygiveway-infra:<name>`,
    remedy: "remove it",
  },
  {
    title: "a Pulumi stack named like the environment",
    environmentFile: `encryptionsalt: v1:abc\n${file("data: own")}`,
    says: `encryptionsalt (${name}): got an unknown name, expected config: alone`,
    remedy: "remove it",
  },
  {
    title: "a wrong value in the environment file",
    environmentFile: file("daphne: { replicas: many }"),
    says: `daphne.replicas (${name}): got "many", expected ${replicas}`,
    remedy: "remove it for 1",
  },
  {
    title: "YAML's other word for true",
    environmentFile: file("disposable: yes"),
    says: `disposable (${name}): got "yes", expected true or false`,
    remedy: "without quotes",
  },
  {
    title: "an alias in the environment file",
    environmentFile: file("daphne: &a { replicas: 1 }\nnginx: *a"),
    says: `${name}: got Alias resolution is disabled, expected YAML`,
    remedy: "correct that line",
  },
];

const stacks: BadInput[] = [
  {
    title: "disposable prod data",
    stack: "prod-pr-1",
    config: { disposable: true },
    says: "disposable (pulumi config of prod-pr-1): got true, expected false for prod",
    remedy: "never disposable",
  },
  {
    title: "a release's service on the platform",
    stack: "platform",
    config: { daphne: { replicas: 2 } },
    says: "daphne (pulumi config of platform): got a section, expected none, because daphne is not part of this stack",
    remedy: "Pulumi.<environment>.yaml",
  },
  {
    title: "more than one Elasticsearch",
    stack: "platform",
    config: { elasticsearch: { members: 3 } },
    says: "elasticsearch.members (pulumi config of platform): got 3, expected 1",
    remedy: "not yet",
  },
  {
    title: "more than one Traefik on a node",
    stack: "platform",
    config: { traefik: { replicas: 2 } },
    says: "traefik.replicas (pulumi config of platform): got 2, expected 1",
    remedy: "every node",
  },
];

export const badSections: readonly BadInput[] = [
  ...sections.map(([section, path, says, remedy]) => ({
    title: `a section ${JSON.stringify(section)}`,
    config: section as Record<string, unknown>,
    says: `${path} (${config}): ${says}`,
    remedy,
  })),
  ...files,
  ...stacks,
];
