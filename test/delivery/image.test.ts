import assert from "node:assert/strict";
import { test } from "node:test";
import { type Engine } from "../../src/cluster/engine.ts";
import { ImageError, namesRegistry, pin } from "../../src/delivery/image.ts";

const settings = { registry: undefined };
const digest = `sha256:${"1".repeat(64)}`;
const local = `sha256:${"2".repeat(64)}`;

/** An Engine whose registry answers so, and which has an older image of every name itself. */
function engineOf(remote: { digest: string } | { statusCode: number; message: string }): Engine {
  const getImage = () => ({
    distribution: () =>
      "digest" in remote
        ? Promise.resolve({ Descriptor: remote })
        : Promise.reject(Object.assign(new Error(remote.message), remote)),
    inspect: () => Promise.resolve({ Id: local, RepoDigests: [] }),
  });
  return { getImage } as unknown as Engine;
}

const down = { statusCode: 500, message: "connection refused" };
const unknown = { statusCode: 404, message: "manifest unknown" };

test("a tag is what its registry says it is", async () => {
  assert.equal(
    await pin(engineOf({ digest }), "registry.example.com/app:pr-1", settings),
    `registry.example.com/app@${digest}`,
  );
});

test("what only this node has is known by its id", async () => {
  assert.equal(await pin(engineOf(unknown), "registry.example.com/app:pr-1", settings), local);
  assert.equal(await pin(engineOf(down), "studygiveway/app:pr-1", settings), local);
});

test("an image that this node has by chance does not stand in for one whose registry fails", async () => {
  for (const remote of [down, { statusCode: 401, message: "unauthorized" }]) {
    await assert.rejects(pin(engineOf(remote), "registry.example.com/app:pr-1", settings), (error) => {
      assert.ok(error instanceof ImageError);
      assert.match(
        error.message,
        new RegExp(`registry\\.example\\.com/app:pr-1: its registry .*\\(${remote.message}\\)`),
      );
      return true;
    });
  }
});

test("a registry is what looks like a host, as Docker sees it", () => {
  for (const name of ["registry.example.com/app", "localhost/app", "registry:5000/team/app"])
    assert.ok(namesRegistry(name));
  for (const name of ["studygiveway/app:pr-1", "app:pr-1", "nginx"]) assert.ok(!namesRegistry(name));
});
