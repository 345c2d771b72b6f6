import assert from "node:assert/strict";
import { test } from "node:test";
import { backendFolder, backendUrl, cacheFolder } from "../../tools/environment.ts";

test("the folder of a backend of files", () => {
  assert.equal(backendFolder("file:///var/state", "/home/me"), "/var/state");
  assert.equal(backendFolder("file://~/.studygiveway/state", "/home/me"), "/home/me/.studygiveway/state");
  assert.equal(backendFolder("file://~", "/home/me"), "/home/me");
  assert.equal(backendFolder("file:///var/state?no_tmp_dir=true", "/home/me"), "/var/state");
});

test("other backends have no folder", () => {
  assert.equal(backendFolder("s3://bucket"), undefined);
  assert.equal(backendFolder("https://api.pulumi.com"), undefined);
  assert.equal(backendFolder(""), undefined);
});

test("a backend of files writes no second file beside each", () => {
  assert.equal(backendUrl("file:///var/state"), "file:///var/state?metadata=skip");
  assert.equal(backendUrl("file://~?no_tmp_dir=true"), "file://~?no_tmp_dir=true&metadata=skip");
  assert.equal(backendUrl("file:///var/state?metadata=skip"), "file:///var/state?metadata=skip");
  assert.equal(backendUrl("s3://bucket?region=eu"), "s3://bucket?region=eu");
});

test("the cache lies where the user keeps caches", () => {
  assert.equal(cacheFolder({ XDG_CACHE_HOME: "/cache", HOME: "/home/me" }), "/cache/studygiveway");
  assert.equal(cacheFolder({ XDG_CACHE_HOME: "", HOME: "/home/me" }), "/home/me/.cache/studygiveway");
});
