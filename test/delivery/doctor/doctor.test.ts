import assert from "node:assert/strict";
import { test } from "node:test";
import { doctor, examine } from "../../../src/delivery/doctor.ts";
import { doctorSchema, type Finding } from "../../../src/delivery/doctor/finding.ts";
import { type Context } from "../../../src/delivery/context.ts";
import { PulumiError } from "../../../src/delivery/pulumi-error.ts";
import { type StackSummary } from "../../../src/delivery/workspace.ts";
import { SettingsError } from "../../../src/settings/index.ts";
import {
  type Answers,
  engineOf,
  ownership,
  serviceAnswer,
  storedAnswer,
  taskAnswer,
} from "../../cluster/engine-answers.ts";
import { settingsOf } from "../../registrations.ts";
import { entryOf, leaseAnswer, ledgerAnswer } from "../ledger-answers.ts";

const info = {
  ServerVersion: "20.10.24",
  DockerRootDir: "/nowhere/at/all",
  Swarm: { ControlAvailable: true, LocalNodeState: "active", Nodes: 1 },
};
const stack = "staging-pr-7";
const deployed = {
  services: [serviceAnswer(stack, "nginx")],
  tasks: [taskAnswer(stack, "nginx")],
};

interface Situation {
  readonly answers?: Answers;
  readonly stacks?: readonly StackSummary[] | Error;
  readonly state?: object | Error;
  readonly settings?: () => never;
}

const summary = (name: string) => ({ name, updateInProgress: false, resourceCount: 9 });

function contextOf({ answers = {}, stacks = [], state = {} }: Situation) {
  const { engine } = engineOf({ info, ...answers });
  const settled = <T>(value: Error | T): Promise<T> =>
    value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
  Object.assign(engine, { version: () => Promise.resolve({ MinAPIVersion: "1.12" }) });
  const workspace = {
    stacks: () => settled(stacks),
    exportState: () => settled(state).then((deployment) => ({ version: 3, deployment })),
  };
  return { engine, workspace, env: { DOCKER_HOST: "unix:///nowhere.sock" } } as unknown as Context;
}

async function found(situation: Situation): Promise<readonly Finding[]> {
  return examine(contextOf(situation), situation.settings ?? (() => settingsOf("platform")));
}

async function problems(situation: Situation): Promise<[string, string, string | undefined][]> {
  const all = (await found(situation)).filter(({ state, check }) => state === "problem" && check !== "edge");
  return all.map(({ check, detail, remedy }) => [check, detail, remedy]);
}

const whole = { answers: deployed, stacks: [summary(stack)], state: { resources: [{ id: `${stack}.nginx` }] } };

await test("a system in order has no problem but the platform that is not there", async () => {
  const findings = await found(whole);
  assert.deepEqual(
    findings.filter(({ state }) => state === "problem").map(({ check, remedy }) => [check, remedy]),
    [["edge", "sgw up platform"]],
  );
  assert.deepEqual(
    findings.map(({ check }) => check),
    [
      "settings",
      "engine",
      "disk",
      "backend",
      "states",
      "orphans",
      "leases",
      "generations",
      "services",
      "edge",
      "registry",
      "forge",
    ],
  );
});

await test("exit code and JSON say whether anything is wrong", async () => {
  const written: string[] = [];
  const context = { ...contextOf(whole), json: true, out: (text: string) => void written.push(text) };
  assert.equal(await doctor(context, () => settingsOf("platform")), 1);
  assert.equal(doctorSchema.parse(JSON.parse(written.join(""))).healthy, false);
});

await test("an Engine that is no manager: only what does not need it is looked at", async () => {
  const swarm = { ControlAvailable: false, LocalNodeState: "inactive" };
  const findings = await found({ answers: { info: { ...info, Swarm: swarm } } });
  const [engine] = findings.filter(({ check }) => check === "engine");
  assert.match(engine?.detail ?? "", /no Swarm manager/);
  assert.ok(findings.some(({ check, state }) => check === "deployments" && state === "unknown"));
});

await test("settings that are wrong are told, and hide nothing else", async () => {
  const wrong = { path: "DOMAIN (.env:3)", got: "nothing", expected: "a name", remedy: "write one" };
  const findings = await found({
    settings: () => {
      throw new SettingsError([wrong]);
    },
  });
  assert.match(findings[0]?.detail ?? "", /DOMAIN \(\.env:3\): got nothing/);
  assert.ok(findings.some(({ check, state }) => check === "backend" && state === "ok"));
});

await test("a backend that does not answer is a problem, and makes no orphans", async () => {
  const told = await problems({ answers: deployed, stacks: new Error("no such bucket") });
  assert.deepEqual(told, [["backend", "no such bucket", "correct PULUMI_BACKEND_URL in .env"]]);
});

// The message of the Automation API, shortened.
const refusal = [
  "code: -2",
  " stdout: ",
  " stderr: Command failed with exit code 1: pulumi stack export --show-secrets --stack staging-pr-7",
  "error: could not deserialize deployment: failed to decrypt: incorrect passphrase",
  " err?: Error: Command failed with exit code 1: pulumi stack export --show-secrets --stack staging-pr-7",
  "error: could not deserialize deployment: failed to decrypt: incorrect passphrase",
].join("\n");

await test("a wrong passphrase is found by reading a state", async () => {
  assert.deepEqual(await problems({ ...whole, state: new PulumiError(new Error(refusal)) }), [
    [
      `state of ${stack}`,
      "error: could not deserialize deployment: failed to decrypt: incorrect passphrase",
      "correct PULUMI_CONFIG_PASSPHRASE in .env",
    ],
  ]);
  const [long] = await problems({ ...whole, state: new Error("line\n".repeat(99)) });
  assert.equal(long?.[1], Array(8).fill("line").join("\n"));
});

await test("pending operations and objects that the state does not know", async () => {
  const told = await problems({ ...whole, state: { resources: [], pending_operations: [{}, {}] } });
  assert.deepEqual(told, [
    ["states", `${stack}: an update was interrupted, 2 operations pending`, `sgw up ${stack}`],
    ["states", `${stack}: 1 objects that its state does not know (${stack}-nginx)`, `sgw up ${stack}`],
  ]);
});

await test("what is being deployed is half-way for a good reason", async () => {
  const lease = leaseAnswer("staging", "ana@laptop", new Date().toISOString());
  const going = ledgerAnswer(entryOf({ environment: "staging", pr: 7, step: "deploy", outcome: "going" }));
  const told = await problems({
    answers: { ...deployed, tasks: [], configs: [lease, going] },
    stacks: [summary(stack)],
    state: { resources: [], pending_operations: [{}] },
  });
  assert.deepEqual(told, []);
});

await test("a deployer that died: its lease, and the command that goes on", async () => {
  const lease = leaseAnswer("qa", "ci@build", "2026-01-01T10:00:00Z");
  const left = ledgerAnswer(entryOf({ environment: "qa", generation: 5, pr: 42, step: "smoke", outcome: "going" }));
  const told = await problems({ answers: { configs: [lease, left] } });
  assert.deepEqual(
    told.map(([check, , remedy]) => [check, remedy]),
    [
      ["leases", "sgw promote qa --pr 42"],
      ["generations", "sgw promote qa --pr 42"],
    ],
  );
  assert.match(told[1]?.[1] ?? "", /^qa generation 5 \(qa-pr-42\) was left at smoke$/);
});

await test("what failed is nothing to ask for once more", async () => {
  const left = { environment: "qa", generation: 5, pr: 42, step: "undo" } as const;
  for (const outcome of ["going", "failed"] as const) {
    const [told] = await problems({ answers: { configs: [ledgerAnswer(entryOf({ ...left, outcome }))] } });
    assert.equal(told?.[2], "nothing: the next promotion or rollback takes it back");
  }
});

await test("the same for STAGING, which is told its image, and for a rollback", async () => {
  const going = { step: "verify", outcome: "going", generation: 2 } as const;
  const entries = [entryOf({ ...going, environment: "staging", pr: 3 }), entryOf({ ...going, verb: "rollback" })];
  const told = await problems({ answers: { configs: entries.map(ledgerAnswer) } });
  assert.deepEqual(
    told.map(([, , remedy]) => remedy),
    [`sgw promote staging --pr 3 --image ${entries[0]?.image ?? ""}`, "sgw rollback prod"],
  );
});

await test("orphans: a release may be collected; a data tier means another backend", async () => {
  const answers = {
    ...deployed,
    secrets: [storedAnswer("minio-1", ownership("prod-data", "minio"))],
    volumes: [{ Name: "qa-pr-3-postgres-1", Labels: ownership("qa-pr-3"), Mountpoint: "/" }],
  };
  const told = (await problems({ answers })).map(([, detail, remedy]) => [detail, remedy]);
  assert.deepEqual(told, [
    [
      `${stack}: 1 objects that the backend does not know (${stack}-nginx)`,
      "sgw gc --apply, if PULUMI_BACKEND_URL is right",
    ],
    [
      "prod-data: 1 objects that the backend does not know (minio-1)",
      "correct PULUMI_BACKEND_URL: it is another backend's",
    ],
  ]);
});

await test("services that do not work lead to their logs, missing releases to their return", async () => {
  const failing = { ...deployed, tasks: [taskAnswer(stack, "nginx", { state: "starting" })] };
  const told = await problems({
    ...whole,
    answers: { ...failing, configs: [ledgerAnswer(entryOf())] },
  });
  assert.deepEqual(told, [
    ["services", `${stack} nginx: starting`, `sgw logs ${stack} nginx`],
    ["services", "prod-pr-58 is live by the ledger and not deployed", "sgw up prod-pr-58"],
  ]);
});
