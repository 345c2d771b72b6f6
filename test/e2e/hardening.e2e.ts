import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { rootBecause } from "../../src/docker/waivers.ts";
import { loggedLabels } from "../../src/cluster/labels.ts";
import { shell } from "./container.ts";
import { elastic, searchAs } from "./elastic.ts";
import { containersOf, each, processesOf, stacks } from "./inspected.ts";
import { docker, eventually, fleetUp, hostOf, https, ready, stackObjects } from "./world.ts";

const release = "staging-pr-7";

before(() => fleetUp(stacks));

describe("every service of every kind of stack", () => {
  it("has no capability, in its order and in its processes", async () => {
    await each(async (subject) => {
      const { CapabilityDrop, CapabilityAdd } = subject.spec.TaskTemplate.ContainerSpec;
      assert.deepEqual([CapabilityDrop, CapabilityAdd ?? []], [["ALL"], []]);
      for (const { HostConfig, State } of await containersOf(subject)) {
        assert.equal(HostConfig.Privileged, false);
        for (const { name, capabilities } of processesOf(State.Pid)) {
          assert.ok(
            capabilities.every((set) => set === 0n),
            `${name} has capabilities ${capabilities.join(" ")}`,
          );
        }
      }
    });
  });

  it("cannot write to its root, and really", async () => {
    await each(async (subject) => {
      assert.equal(subject.spec.TaskTemplate.ContainerSpec.ReadOnly, true);
      for (const { Id, HostConfig } of await containersOf(subject)) {
        assert.equal(HostConfig.ReadonlyRootfs, true);
        await assert.rejects(docker("exec", Id, "sh", "-c", "echo x > /written"), /Read-only file system/i);
      }
    });
  });

  it("is limited in memory and processor time", async () => {
    await each(async (subject) => {
      const { MemoryBytes = 0, NanoCPUs = 0 } = subject.spec.TaskTemplate.Resources?.Limits ?? {};
      assert.ok(MemoryBytes >= 16 * 2 ** 20 && MemoryBytes <= 4 * 2 ** 30, `memory ${MemoryBytes}`);
      assert.ok(NanoCPUs >= 1e7 && NanoCPUs <= 4e9, `processors ${NanoCPUs}`);
      for (const { HostConfig } of await containersOf(subject)) {
        assert.deepEqual([HostConfig.Memory, HostConfig.NanoCpus], [MemoryBytes, NanoCPUs]);
      }
    });
  });

  it("is watched by a health check, and healthy", async () => {
    await each(async (subject) => {
      const { Test, Interval = 0, Retries = 0 } = subject.spec.TaskTemplate.ContainerSpec.Healthcheck ?? {};
      assert.match(Test?.[0] ?? "", /^CMD(-SHELL)?$/);
      assert.ok(Interval > 0 && Interval <= 60e9 && Retries > 0, `every ${Interval} ns, ${Retries} tries`);
      for (const { State } of await containersOf(subject)) assert.equal(State.Health?.Status, "healthy");
    });
  });

  it("has an init that reaps, restarts for ever and rolls a bad update back", async () => {
    await each(async (subject) => {
      const { TaskTemplate, UpdateConfig } = subject.spec;
      assert.equal(TaskTemplate.ContainerSpec.Init, true);
      assert.deepEqual([TaskTemplate.RestartPolicy?.Condition, TaskTemplate.RestartPolicy?.MaxAttempts], ["any", 0]);
      assert.equal(UpdateConfig?.FailureAction, "rollback");
      for (const { HostConfig } of await containersOf(subject)) assert.equal(HostConfig.Init, true);
    });
  });

  it("logs to files of limited size, with its owner beside each line", async () => {
    await each(async (subject) => {
      const wanted = { "max-size": "20m", "max-file": "5", tag: "{{.Name}}", labels: loggedLabels.join(",") };
      assert.deepEqual(subject.spec.TaskTemplate.LogDriver, { Name: "json-file", Options: wanted });
      for (const { HostConfig } of await containersOf(subject)) assert.equal(HostConfig.LogConfig?.Type, "json-file");
    });
  });

  it("bears the labels of its owner, in its order and in its containers", async () => {
    await each(async (subject) => {
      const { stack, service, spec } = subject;
      const [environment = "", , pr] = stack.split("-");
      const wanted = {
        "studygiveway.stack": stack,
        "studygiveway.environment": environment,
        "studygiveway.service": service,
        ...(pr === undefined ? {} : { "studygiveway.pr": pr }),
      };
      // Images may have labels of their own.
      const ours = (labels: Readonly<Record<string, string>>) =>
        Object.fromEntries(Object.entries(labels).filter(([name]) => loggedLabels.includes(name)));
      assert.ok(spec.Name.startsWith(`${stack}-${service}`));
      assert.deepEqual(ours(spec.Labels), wanted);
      for (const { Config } of await containersOf(subject)) assert.deepEqual(ours(Config.Labels), wanted);
    });
  });

  it("is on networks of ours alone, found by name, and publishes nothing but the edge's two ports", async () => {
    const owned = new Map(
      (await Promise.all(stacks.map(stackObjects))).flatMap(({ networks }) =>
        networks.map(({ Id, Labels }) => [Id, Labels?.["studygiveway.stack"] ?? ""] as const),
      ),
    );
    await each(({ stack, service, spec }) => {
      assert.equal(spec.EndpointSpec?.Mode, "dnsrr");
      const ports = (spec.EndpointSpec.Ports ?? []).map(({ PublishedPort, PublishMode }) => [
        PublishedPort,
        PublishMode,
      ]);
      const edge = [
        [80, "host"],
        [443, "host"],
      ];
      assert.deepEqual(ports.sort(), service === "traefik" ? edge.sort() : []);
      const owners = (spec.TaskTemplate.Networks ?? []).map(({ Target }) => owned.get(Target) ?? "");
      assert.ok(owners.length > 0);
      for (const owner of owners) {
        const lenders = stack === "prod-pr-7" ? ["platform", "prod-data"] : ["platform"];
        assert.ok([stack, ...lenders].includes(owner), `a network of ${owner || "nobody"}`);
      }
    });
  });

  it("sees nothing of the node but what it is there for, and cannot write that", async () => {
    const allowed: Readonly<Record<string, RegExp>> = {
      "docker-guard": /\/docker\.sock$/,
      filebeat: /\/containers$/,
    };
    await each(({ service, spec }) => {
      for (const { Type, Source = "", ReadOnly } of spec.TaskTemplate.ContainerSpec.Mounts ?? []) {
        if (Type !== "bind") continue;
        assert.match(Source, allowed[service] ?? /^$/);
        assert.equal(ReadOnly, true, Source);
      }
    });
  });
});

describe("root", () => {
  const waived = Object.entries(rootBecause);

  it("is waived for at most five services, each with a reason", () => {
    // One more is Traefik's, with ACME only.
    assert.ok(waived.length + 1 <= 5, waived.map(([service]) => service).join(", "));
    for (const [service, reason] of waived) assert.ok(reason.length > 20, service);
  });

  it("is nobody in any other service", async () => {
    await each(async (subject) => {
      if (subject.service in rootBecause) return;
      assert.match(subject.spec.TaskTemplate.ContainerSpec.User ?? "", /^[1-9]\d*:\d+$/);
      for (const { State } of await containersOf(subject)) {
        for (const { name, uid } of processesOf(State.Pid)) assert.notEqual(uid, "0", name);
      }
    });
  });

  it("is waived for none that runs without", async () => {
    await each(async (subject) => {
      if (!(subject.service in rootBecause)) return;
      for (const { State } of await containersOf(subject)) {
        for (const { name, uid } of processesOf(State.Pid)) assert.equal(uid, "0", name);
      }
    });
  });
});

describe("the application", () => {
  it("tells browsers what they must not do", async () => {
    const { status, headers } = await https({ host: hostOf(release), path: "/" });
    const { "x-frame-options": frame, "x-content-type-options": type, "referrer-policy": referrer } = headers;
    assert.deepEqual([status, frame, type, referrer], [200, "DENY", "nosniff", "same-origin"]);
  });

  it("answers to its own name alone", async () => {
    const statusFor = (host: string) =>
      shell(`${release}-nginx`, `curl -s -o /dev/null -w '%{http_code}' -H 'Host: ${host}' http://daphne:8000/`);
    assert.deepEqual([await statusFor(hostOf(release)), await statusFor("elsewhere.test")], ["200", "400"]);
  });
});

describe("in Elasticsearch the application", () => {
  const [ofStaging, ofProd] = [`${release}-readiness`, "prod-data-readiness"];

  for (const [stack, own, other] of [
    [release, ofStaging, ofProd],
    ["prod-pr-7", ofProd, ofStaging],
  ] as const) {
    it(`of ${stack} finds what belongs to its environment, and is refused the rest`, async () => {
      await Promise.all([release, "prod-pr-7"].map(ready));
      assert.deepEqual(await searchAs(stack, own), { status: 200, indices: [own] });
      const logs = await eventually(`log lines of ${stack}`, async () => {
        const [index] = Object.keys((await elastic("GET", `logs-${stack}-*`)) as object);
        assert.ok(index !== undefined);
        return index;
      });
      for (const index of [other, logs]) assert.equal((await searchAs(stack, index)).status, 403, index);
      // A pattern means what one may see.
      assert.deepEqual((await searchAs(stack, "logs-*")).indices, []);
      const [environment = ""] = stack.split("-");
      const seen = (await searchAs(stack, "*")).indices;
      assert.deepEqual([...new Set(seen.map((index) => index.split("-")[0]))], [environment]);
    });
  }
});
