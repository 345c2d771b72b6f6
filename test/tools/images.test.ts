import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { images } from "../../src/images.ts";
import { root } from "../../tools/environment.ts";
import { chooseSource, folderHash, standInServices } from "../../tools/images.ts";

const silent = () => undefined;

test("IMAGES decides without asking anybody", async () => {
  const asked = () => Promise.reject(new Error("asked"));
  assert.equal(await chooseSource({ IMAGES: "official" }, silent, asked), "official");
  assert.equal(await chooseSource({ IMAGES: "stand-in" }, silent, asked), "stand-in");
  await assert.rejects(chooseSource({ IMAGES: "fake" }, silent, asked), /got "fake", expected official or stand-in/);
});

test("else the registries do, with a notice when one of them does not answer", async () => {
  const said: string[] = [];
  const say = (text: string) => said.push(text);
  assert.equal(await chooseSource({}, say, () => Promise.resolve(true)), "official");
  assert.deepEqual(said, []);
  assert.equal(await chooseSource({}, say, (registry) => Promise.resolve(registry.includes("docker.io"))), "stand-in");
  assert.match(said.join("\n"), /^NOTICE: .*stand-ins/);
});

test("every stand-in of the table is one that is built, in that version", () => {
  for (const { standIn } of Object.values(images)) {
    const [service = "", version] = standIn.split(":");
    const conf = readFileSync(join(root, "test/stand-ins", service, "service.conf"), "utf8");
    assert.equal(/^version=(.*)$/m.exec(conf)?.[1], version, service);
  }
});

test("the deploy agent is built only where there is something to deliver", () => {
  assert.ok(!standInServices({}).includes("jenkins-agent"));
  assert.ok(!standInServices({ REPOSITORY_URL: "" }).includes("jenkins-agent"));
  const url = "https://git.example.org/app";
  assert.deepEqual(
    standInServices({ REPOSITORY_URL: url }).filter((service) => !standInServices({}).includes(service)),
    ["jenkins-agent"],
  );
});

test("every image of our own has a Dockerfile", () => {
  for (const { official } of Object.values(images)) {
    if (typeof official === "string") continue;
    const file = join(root, "images", official.own.replace(/:.*/, ""), "Dockerfile");
    assert.ok(existsSync(file), file);
  }
});

test("a folder's hash changes with names, contents and what is executable", () => {
  const folder = mkdtempSync(join(tmpdir(), "folder-hash-"));
  try {
    const hashes = new Set<string>();
    const note = () => hashes.add(folderHash(folder));
    writeFileSync(join(folder, "a"), "1", { mode: 0o644 });
    note();
    writeFileSync(join(folder, "a"), "2");
    note();
    chmodSync(join(folder, "a"), 0o755);
    note();
    writeFileSync(join(folder, "b"), "");
    note();
    assert.equal(hashes.size, 4);
    note();
    assert.equal(hashes.size, 4);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
