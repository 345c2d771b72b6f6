import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { lockFindings } from "../../../src/delivery/doctor/backend.ts";
import { roomFinding } from "../../../src/delivery/doctor/engine.ts";
import { findingsText } from "../../../src/delivery/doctor/finding.ts";
import { edgeFindings, forgeFindings, registryFindings } from "../../../src/delivery/doctor/surroundings.ts";
import { settingsOf } from "../../registrations.ts";

await test("locks: of a process that has ended, and of one that runs", async () => {
  const folder = mkdtempSync(join(tmpdir(), "locks-"));
  const lock = (name: string, pid: number) => {
    const place = join(folder, ".pulumi", "locks", "organization", "studygiveway-infra", name);
    mkdirSync(place, { recursive: true });
    const content = { pid, username: "root", hostname: hostname(), timestamp: new Date().toISOString() };
    writeFileSync(join(place, "0f1e.json"), JSON.stringify(content));
  };
  try {
    assert.deepEqual(
      (await lockFindings(`file://${folder}`)).map(({ detail }) => detail),
      ["no stack is locked"],
    );
    lock("qa-pr-3", process.pid);
    assert.deepEqual(
      (await lockFindings(`file://${folder}`)).map(({ state }) => state),
      ["ok"],
    );
    lock("qa-pr-4", 2 ** 22 - 1);
    const [dead] = await lockFindings(`file://${folder}`);
    assert.equal(dead?.remedy, "sgw up qa-pr-4");
    assert.match(dead.detail, /^qa-pr-4 is locked by process \d+ of .*, which has ended$/);
    assert.deepEqual(await lockFindings("s3://bucket"), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

await test("room on the disk: five gigabytes and one part in twenty", () => {
  const states = [
    [6e9, 50e9],
    [5e9, 50e9],
    [10e9, 1000e9],
  ].map(([free = 0, total = 0]) => roomFinding("/var/lib/docker", free, total).state);
  assert.deepEqual(states, ["ok", "problem", "problem"]);
});

await test("the edge is asked at each of its addresses; a refusal is an answer", async () => {
  const { domain, delivery } = settingsOf("platform");
  const edge = [
    { host: "10.0.0.1", port: 443 },
    { host: "10.0.0.2", port: 443 },
  ];
  const platform = { stacks: [{ kind: "platform" }] } as Parameters<typeof edgeFindings>[0];
  const findings = await edgeFindings(platform, { domain, delivery: { ...delivery, edge } }, ({ host }, question) => {
    assert.equal(question.host, `traefik.${domain}`);
    return host === "10.0.0.1" ? Promise.resolve({ status: 401 }) : Promise.reject(new Error("ECONNREFUSED"));
  });
  assert.deepEqual(
    findings.map(({ state, detail }) => [state, detail]),
    [
      ["ok", "10.0.0.1:443 answers (401)"],
      ["problem", "ECONNREFUSED"],
    ],
  );
});

await test("a registry lets us in or does not; without one several nodes are a problem", async () => {
  const registry = { address: "registry.example.com", user: "ci", password: "a-good-password" };
  const engine = (answer: () => Promise<unknown>) => ({ checkAuth: answer }) as Parameters<typeof registryFindings>[0];
  const yes = engine(() => Promise.resolve({ Status: "Login Succeeded" }));
  const no = engine(() => Promise.reject(new Error("unauthorized")));
  assert.equal((await registryFindings(yes, { registry }, 1))[0]?.detail, "registry.example.com lets ci in");
  const refused = await registryFindings(no, { registry }, 1);
  assert.equal(refused[0]?.state, "problem");
  assert.doesNotMatch(JSON.stringify(refused), /a-good-password/);
  assert.equal((await registryFindings(yes, { registry: undefined }, 1))[0]?.state, "ok");
  assert.equal((await registryFindings(yes, { registry: undefined }, 3))[0]?.state, "problem");
});

await test("a forge that is none, answers, or does not", async () => {
  const forge = (openPullRequests: () => Promise<never[]>) =>
    ({ kind: "github", repository: "a/b", openPullRequests }) as const;
  const state = async (given: Parameters<typeof forgeFindings>[0]) => (await forgeFindings(given))[0]?.state;
  assert.equal(await state(undefined), "ok");
  assert.equal(await state(forge(() => Promise.resolve([]))), "ok");
  assert.equal(await state(forge(() => Promise.reject(new Error("401")))), "problem");
});

await test("the text names each check, and below what is wrong what to do", () => {
  const text = findingsText([
    { check: "engine", state: "ok", detail: "Docker 20.10" },
    { check: "services", state: "problem", detail: "qa nginx: failed\nsecond line", remedy: "sgw logs qa-pr-3 nginx" },
  ]);
  assert.equal(
    text,
    [
      "ok       engine    Docker 20.10",
      "PROBLEM  services  qa nginx: failed",
      "         second line",
      "         -> sgw logs qa-pr-3 nginx",
      "",
      "1 problem.",
      "",
    ].join("\n"),
  );
});
