import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { imageOf, images } from "../../src/images.ts";
import { type ServiceName } from "../../src/settings/index.ts";
import { credentialNames } from "../../src/settings/credentials.ts";
import { run } from "../../tools/command.ts";
import { backendFolder, root } from "../../tools/environment.ts";
import { canary, type Canary, given } from "./canary.ts";
import { credentialsOf, exportState, givenCredentials, secretFiles, secretOutputs, variableOf } from "./credentials.ts";
import { stacks } from "./inspected.ts";
import { settings } from "./settings.ts";
import {
  docker,
  engine,
  fleetUp,
  preview,
  type PulumiResult,
  ready,
  removeConfig,
  setConfig,
  stackObjects,
  up,
} from "./world.ts";

const canaries: Canary[] = [];
const printed: string[] = [];

/** What opens the state itself. */
const passphrase = process.env["PULUMI_CONFIG_PASSPHRASE"] ?? "";

/** What opens other people's servers; those of a repository come with an agent, see test/components/jenkins-agent.test.ts. */
const tokens = { REGISTRY_PASSWORD: randomBytes(16).toString("hex"), FORGE_TOKEN: randomBytes(16).toString("hex") };
const logins = {
  ...{ REGISTRY_ADDRESS: "registry.example.com", REGISTRY_USER: "ci", FORGE: "github", FORGE_REPOSITORY: "o/app" },
  ...tokens,
};

const textOf = ({ stdout, stderr }: PulumiResult) => stdout + stderr;

/** Names the places whose text gives a secret away. */
async function silent(places: AsyncIterable<readonly [string, string]> | Iterable<readonly [string, string]>) {
  const loud: string[] = [];
  const count = { places: 0, characters: 0 };
  for await (const [place, text] of places) {
    count.places++;
    count.characters += text.length;
    const names = given(text, canaries);
    if (names.length > 0) loud.push(`${place}: ${names.join(", ")}`);
  }
  assert.deepEqual(loud, []);
  // Nothing is found where nothing was looked at.
  assert.ok(count.places > 0 && count.characters > 100, `${count.places} places, ${count.characters} characters`);
}

before(async () => {
  await fleetUp(stacks);
  for (const stack of stacks) {
    const env = stack === "prod-pr-7" ? logins : {};
    printed.push(textOf(await up(stack, ["--diff"], { env })));
  }
  assert.match(passphrase, /^[0-9a-f]{40}$/);
  const others = { ...tokens, PULUMI_CONFIG_PASSPHRASE: passphrase };
  canaries.push(...Object.entries(others).map(([name, secret]) => canary(name, secret)));
  const known = new Map<string, string>();
  for (const stack of stacks) {
    for (const source of [secretFiles, secretOutputs, credentialsOf]) {
      for (const [name, secret] of await source(stack)) known.set(secret, `${name} of ${stack}`);
    }
  }
  for (const [secret, name] of known) canaries.push(canary(name, secret));
});

after(() => up("prod-pr-7"));

describe("a secret", () => {
  it("is one of those given and generated, and would be found", async () => {
    const names = new Set(canaries.map(({ name }) => name.replace(/ of .*/, "")));
    assert.deepEqual(
      credentialNames.filter((name) => !names.has(name)),
      [],
    );
    assert.ok(givenCredentials().size >= 5);
    const states = await Promise.all(stacks.map((stack) => exportState(stack, { secrets: true })));
    const found = given(states.join("\n"), canaries);
    // Of the first only what is derived from it is used, the others by sgw and by Pulumi alone.
    const elsewhere = /^(?:appElasticsearchPassword of|FORGE_TOKEN$|PULUMI_CONFIG_PASSPHRASE$)/;
    const used = canaries.map(({ name }) => name).filter((name) => !elsewhere.test(name));
    assert.deepEqual(
      used.filter((name) => !found.includes(name)),
      [],
    );
    const [some] = canaries;
    const inside = Buffer.from(`a longer text with ${some?.traces[0] ?? ""} in it`).toString("base64");
    assert.deepEqual(given(inside, canaries), [some?.name]);
  });

  it("stands in no service, task, container, network, volume, config or label", async () => {
    for (const stack of stacks) await silent(objects(stack));
  });

  it("stands in no command line inside of a container", async () => {
    for (const stack of stacks) await silent(commandLines(stack));
  });

  it("stands in no log line", async () => {
    for (const stack of stacks) await silent(logs(stack));
  });

  it("stands in no layer, history or setting of an image we build", async () => {
    const ours = (Object.keys(images) as ServiceName[]).filter(
      // The image of the deploy agent is built only where there is a repository to deliver.
      (name) => typeof images[name].official === "object" && images[name].only === undefined,
    );
    const references = ours.map((name) => imageOf(name, settings));
    const texts = references.map(async (image) => {
      const history = await docker("history", "--no-trunc", "--format", "{{json .}}", image);
      return [image, history + (await docker("image", "inspect", image))] as const;
    });
    await silent(await Promise.all(texts));
    // The first line of a file that is copied into one of them.
    const [line = ""] = readFileSync(join(root, "images/daphne/app/web/checks.py"), "utf8").split("\n");
    assert.equal(await linesIn(references, [line]), true, "what is in their files would be found");
    assert.equal(
      await linesIn(
        references,
        canaries.flatMap(({ traces }) => traces),
      ),
      false,
    );
  });

  it("stands in no state as it is exported, nor in a file of the backend", async () => {
    await silent(await Promise.all(stacks.map(async (stack) => [stack, await exportState(stack)] as const)));
    await silent(backendFiles());
  });

  it("is not printed by up and preview, not even when it changes", async () => {
    await silent(printed.map((text, index) => [`up of ${stacks[index] ?? ""}`, text] as const));
    const changed = new Map(credentialNames.map((name) => [variableOf(name), `Changed${name}${"0".repeat(30)}`]));
    canaries.push(...[...changed].map(([name, secret]) => canary(`changed ${name}`, secret)));
    for (const stack of ["platform", "staging-pr-7"]) {
      const text = textOf(await preview(stack, ["--diff"], { env: Object.fromEntries(changed) }));
      assert.match(text, /\[secret\]/);
      await silent([[`preview of ${stack}`, text]]);
    }
  });

  it("is not printed by an up that changes it, whether that fails or not", async () => {
    const stack = "staging-pr-7";
    const changed = randomBytes(16).toString("hex");
    canaries.push(canary("changed password of Redis", changed));
    const env = { ...logins, REDIS_STACK_PASSWORD: changed };
    const texts: string[] = [];
    const bring = async (options: object) => texts.push(textOf(await up(stack, ["--diff"], options)));
    try {
      // What uses the new password cannot start.
      await setConfig(stack, "daphne.image", "studygiveway-e2e/absent:1");
      await bring({ env, expectFailure: true }).finally(() => removeConfig(stack, "daphne.image"));
      await bring({ env });
      assert.ok([...(await secretFiles(stack)).values()].includes(changed));
    } finally {
      await bring({});
    }
    await ready(stack);
    // The one between them finds the secret made and changes only who uses it.
    for (const index of [0, 2]) assert.match(texts[index] ?? "", /\[secret\]/);
    assert.match(texts[0] ?? "", /daphne: .*No such image/);
    await silent(texts.map((text, index) => [`up ${index + 1}`, text] as const));
    for (const places of [objects, logs]) await silent(places(stack));
  });

  it("is not printed when it is refused", async () => {
    const names = [...credentialNames.map(variableOf), ...Object.keys(tokens), "REPOSITORY_TOKEN"];
    const bad = new Map(names.map((name) => [name, `Refused ${name} "0"`]));
    canaries.push(...[...bad].map(([name, secret]) => canary(`refused ${name}`, secret)));
    const options = { env: Object.fromEntries(bad), expectFailure: true };
    const text = textOf(await preview("staging-pr-7", [], options));
    for (const name of names) assert.ok(text.includes(name), `${name} is not named`);
    await silent([["the refusal", text]]);
  });
});

async function* objects(stack: string) {
  const found = await stackObjects(stack);
  const details = await Promise.all(found.containers.map(({ Id }) => engine.getContainer(Id).inspect()));
  const files = found.configs.map(({ Spec }) => Buffer.from((Spec as { Data?: string }).Data ?? "", "base64"));
  for (const [kind, list] of Object.entries({ ...found, details, files: files.map(String) }))
    yield [`${kind} of ${stack}`, JSON.stringify(list)] as const;
}

async function* commandLines(stack: string) {
  const { containers } = await stackObjects(stack);
  for (const { Id, Names, State } of containers) {
    if (State !== "running") continue;
    const { Processes } = (await engine.getContainer(Id).top({ ps_args: "-eo pid,args" })) as { Processes: string[][] };
    yield [
      Names.join(),
      Processes.map((words) => words.join(" "))
        .join("\n")
        .padEnd(101),
    ] as const;
  }
}

async function* logs(stack: string) {
  const { containers } = await stackObjects(stack);
  for (const { Id, Names } of containers) {
    const log = await engine.getContainer(Id).logs({ stdout: true, stderr: true, follow: false });
    yield [Names.join(), log.toString("utf8").padEnd(101)] as const;
  }
}

function* backendFiles() {
  const folder = backendFolder(process.env["PULUMI_BACKEND_URL"] ?? "") ?? "";
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    yield [file, readFileSync(file, "utf8")] as const;
  }
}

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** Whether one of the texts stands somewhere in the layers of the images, which are archives of plain files. */
async function linesIn(references: readonly string[], texts: readonly string[]): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "studygiveway-"));
  folders.push(folder);
  const patterns = join(folder, "patterns");
  writeFileSync(patterns, `${texts.join("\n")}\n`, { mode: 0o600 });
  const line = 'set -o pipefail; docker save "${@:2}" | grep -aFc -f "$1" || [ "${PIPESTATUS[*]}" = "0 1" ]';
  const { code, stdout, stderr } = await run(["bash", "-c", line, "search", patterns, ...references], {
    timeoutSeconds: 300,
  });
  assert.equal(code, 0, stderr);
  return Number(stdout) > 0;
}
