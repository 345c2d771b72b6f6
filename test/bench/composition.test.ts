import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { composition, type Tool } from "./composition.ts";
import { type ServiceSpec } from "./engine-objects.ts";
import { type Release, secretsOf } from "./release.ts";

const postgres: ServiceSpec = {
  Name: "staging-pr-1-postgres-1",
  Labels: { "studygiveway.stack": "staging-pr-1" },
  TaskTemplate: {
    ContainerSpec: {
      Image: "stand-in/postgres:16.1",
      Command: ["/bin/sh", "-c"],
      Args: ["echo $HOME"],
      Hostname: "postgres-1",
      Env: ["POSTGRES_PORT=5432"],
      User: "70:70",
      Init: true,
      ReadOnly: true,
      CapabilityDrop: ["ALL"],
      Labels: { "studygiveway.service": "postgres" },
      Mounts: [
        { Type: "volume", Source: "staging-pr-1-postgres-1", Target: "/var/lib/postgresql/data" },
        { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 1024 } },
        { Type: "bind", Source: "/proc", Target: "/host/proc", ReadOnly: true },
      ],
      StopGracePeriod: 50e9,
      Healthcheck: { Test: ["CMD", "pg"], Interval: 2e9, Timeout: 5e9, StartPeriod: 120e9, Retries: 5 },
      Configs: [{ ConfigName: "postgres-1-patroni.yml-1", File: target("/etc/patroni/patroni.yml", "0", 0o444) }],
      Secrets: [{ SecretName: "postgres-1-password-2", File: target("/run/secrets/password", "70", 0o400) }],
    },
    Resources: { Limits: { NanoCPUs: 5e8, MemoryBytes: 536870912 } },
    RestartPolicy: { Condition: "any", Delay: 1e9, MaxAttempts: 0, Window: 0 },
    Networks: [{ Target: "n1", Aliases: ["postgres-1"] }, { Target: "n2" }],
    LogDriver: { Name: "json-file", Options: { "max-size": "20m" } },
  },
  Mode: { Replicated: { Replicas: 1 } },
  UpdateConfig: { Parallelism: 1, FailureAction: "rollback", Monitor: 5e9, MaxFailureRatio: 0, Order: "stop-first" },
  EndpointSpec: { Mode: "dnsrr" },
};

const release: Release = {
  stack: "staging-pr-1",
  services: [postgres],
  networks: [
    { Id: "n1", Name: "data-0a1b2c3", Internal: true, Labels: { "studygiveway.stack": "staging-pr-1" } },
    { Id: "n2", Name: "edge-d4e5f6a", Internal: false, Labels: { "studygiveway.stack": "platform" } },
  ],
  files: new Map([
    ["postgres-1-patroni.yml-1", Buffer.from("ttl: 20\n")],
    ["postgres-1-password-2", Buffer.from("pa$$word")],
  ]),
};

function target(Name: string, owner: string, Mode: number) {
  return { Name, UID: owner, GID: owner, Mode };
}

function serviceFor(tool: Tool): Record<string, unknown> {
  const { services } = composition(release, tool).document as { services: Record<string, Record<string, unknown>> };
  assert.deepEqual(Object.keys(services), ["postgres-1"]);
  return services["postgres-1"] ?? {};
}

describe("composition", () => {
  it("keeps everything both tools have a word for", () => {
    for (const tool of ["compose", "stack"] as const) {
      const { configs, secrets, deploy, restart, ...same } = serviceFor(tool);
      assert.deepEqual(same, {
        image: "stand-in/postgres:16.1",
        entrypoint: ["/bin/sh", "-c"],
        command: ["echo $$HOME"],
        hostname: "postgres-1",
        user: "70:70",
        environment: ["POSTGRES_PORT=5432"],
        labels: { "studygiveway.service": "postgres" },
        init: true,
        read_only: true,
        cap_drop: ["ALL"],
        healthcheck: {
          test: ["CMD", "pg"],
          interval: "2000ms",
          timeout: "5000ms",
          start_period: "120000ms",
          retries: 5,
        },
        stop_grace_period: "50000ms",
        logging: { driver: "json-file", options: { "max-size": "20m" } },
        volumes: [
          { type: "volume", source: "staging-pr-1-postgres-1", target: "/var/lib/postgresql/data" },
          { type: "tmpfs", target: "/tmp", tmpfs: { size: 1024 } },
          { type: "bind", source: "/proc", target: "/host/proc", read_only: true },
        ],
        networks: { data: { aliases: ["postgres-1"] }, edge: {} },
      });
      assert.ok(configs && secrets && deploy);
      assert.equal(restart, tool === "compose" ? "always" : undefined);
    }
  });

  it("gives a stack what only Swarm knows", () => {
    const { configs, deploy } = serviceFor("stack");
    assert.deepEqual(configs, [
      { source: "postgres-1-patroni.yml-1", target: "/etc/patroni/patroni.yml", uid: "0", gid: "0", mode: 0o444 },
    ]);
    assert.deepEqual(deploy, {
      replicas: 1,
      resources: { limits: { cpus: "0.5", memory: "536870912b" } },
      labels: { "studygiveway.stack": "staging-pr-1" },
      endpoint_mode: "dnsrr",
      restart_policy: { condition: "any", delay: "1000ms", max_attempts: 0, window: "0ms" },
      update_config: {
        parallelism: 1,
        delay: "0ms",
        failure_action: "rollback",
        monitor: "5000ms",
        max_failure_ratio: 0,
        order: "stop-first",
      },
    });
  });

  it("borrows the platform's networks, and others in their place for Compose", () => {
    const stack = composition(release, "stack");
    assert.deepEqual(stack.borrowed, [{ name: "edge-d4e5f6a", internal: false }]);
    assert.deepEqual(stack.document["networks"], {
      data: { driver: "overlay", internal: true },
      edge: { external: true, name: "edge-d4e5f6a" },
    });
    const compose = composition(release, "compose");
    assert.deepEqual(compose.borrowed, [{ name: "bench-edge", internal: false }]);
    assert.deepEqual(compose.document["networks"], {
      data: { driver: "bridge", internal: true },
      edge: { external: true, name: "bench-edge" },
    });
  });

  it("makes files with the owner and the mode they have in the container", () => {
    const { document, files } = composition(release, "compose");
    assert.deepEqual(document["secrets"], { "postgres-1-password-2": { file: "./files/postgres-1-password-2" } });
    assert.deepEqual(
      files.map(({ data, ...file }) => ({ ...file, text: data.toString() })),
      [
        { name: "postgres-1-patroni.yml-1", uid: 0, gid: 0, mode: 0o444, text: "ttl: 20\n" },
        { name: "postgres-1-password-2", uid: 70, gid: 70, mode: 0o400, text: "pa$$word" },
      ],
    );
  });

  it("refuses a release it knows too little of", () => {
    assert.throws(
      () => composition({ ...release, files: new Map() }, "stack"),
      /nobody knows what stands in postgres-1/,
    );
    assert.throws(() => composition({ ...release, networks: [] }, "stack"), /is on the network n1, which is not there/);
  });
});

describe("secretsOf", () => {
  it("reads secrets from an exported state", () => {
    const data = Buffer.from("word").toString("base64");
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: `"${data}"` };
    const resources = [
      { type: "docker:index/secret:Secret", outputs: { name: "a-1", data: secret } },
      { type: "docker:index/serviceConfig:ServiceConfig", outputs: { name: "b-1", data } },
      { type: "pulumi:pulumi:Stack" },
    ];
    assert.deepEqual(secretsOf(JSON.stringify({ deployment: { resources } })), [["a-1", Buffer.from("word")]]);
  });

  it("says when a state has been exported without them", () => {
    const outputs = { name: "a-1", data: { ciphertext: "v1:x" } };
    const resources = [{ type: "docker:index/secret:Secret", outputs }];
    assert.throws(() => secretsOf(JSON.stringify({ deployment: { resources } })), /no readable name or data/);
  });
});
