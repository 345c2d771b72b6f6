import assert from "node:assert/strict";
import { test } from "node:test";
import { apiProblem, describeEngine, type Engine } from "../../tools/docker.ts";

function engine(version: string, minApiVersion: string): Engine {
  return { version, minApiVersion, dataRoot: "/var/lib/docker", swarm: "active", isManager: true };
}

test("an engine is described from what it answers", () => {
  const version = JSON.stringify({ Version: "20.10.24", MinAPIVersion: "1.12" });
  const info = JSON.stringify({ DockerRootDir: "/data", Swarm: { LocalNodeState: "active", ControlAvailable: true } });
  assert.deepEqual(describeEngine(version, info), {
    version: "20.10.24",
    minApiVersion: "1.12",
    dataRoot: "/data",
    swarm: "active",
    isManager: true,
  });
});

test("an engine that answers with errors does not count", () => {
  const info = JSON.stringify({ DockerRootDir: "", ServerErrors: ["cannot connect"] });
  assert.equal(describeEngine(JSON.stringify({ Version: "" }), info), "cannot connect");
});

test("engines that Traefik can speak to are taken", () => {
  assert.equal(apiProblem(engine("20.10.24", "1.12")), undefined);
  assert.equal(apiProblem(engine("28.2.2", "1.24")), undefined);
  assert.equal(apiProblem(engine("29.1.0", "1.24")), undefined);
});

test("Engine 29 is refused with the reason and the remedy", () => {
  const message = apiProblem(engine("29.0.0", "1.44"))?.message ?? "";
  assert.match(
    message,
    /^Docker Engine 29\.0\.0 answers API 1\.44 and later, but Traefik 2\.11\.0-rc2 speaks API 1\.24: /,
  );
  assert.match(message, /Engine 28 or earlier/);
  assert.match(message, /DOCKER_MIN_API_VERSION=1\.24/);
});
