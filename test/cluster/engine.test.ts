import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Engine, EngineError, openEngine, readCluster, unreachable } from "../../src/cluster/engine.ts";
import { certificate, key } from "./pem.ts";

const folder = mkdtempSync(join(tmpdir(), "certificates-"));
const answers: Readonly<Record<string, unknown>> = {
  "/info": { ServerVersion: "28.0.0", Swarm: { ControlAvailable: true, Nodes: 3 } },
  "/version": { MinAPIVersion: "1.24" },
};
// As dockerd --tlsverify: whoever shows no certificate of the same authority is turned away.
const server = createServer(
  { cert: certificate, key, ca: certificate, requestCert: true },
  ({ url = "" }, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(answers[url]));
  },
);

before(async () => {
  for (const [name, text] of Object.entries({ "ca.pem": certificate, "cert.pem": certificate, "key.pem": key }))
    writeFileSync(join(folder, name), text);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

after(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const host = (name = "127.0.0.1") => `tcp://${name}:${(server.address() as AddressInfo).port}`;

test("an Engine behind TLS is reached with the certificates of the folder that is named", async () => {
  assert.deepEqual(await readCluster(openEngine(host(), { certPath: folder, verify: true }), host()), { nodes: 3 });
});

test("without them it does not answer, and one of another name is not believed", async () => {
  const noAnswer = { name: "EngineError", message: /does not answer/ };
  await assert.rejects(readCluster(openEngine(host()), host()), noAnswer);
  await assert.rejects(readCluster(openEngine(host(), { verify: true }), host()), noAnswer);
  const elsewhere = host("localhost");
  await assert.rejects(readCluster(openEngine(elsewhere, { certPath: folder }), elsewhere), {
    name: "EngineError",
    message: /altnames|ECONNREFUSED/,
  });
});

test("a folder that lacks a certificate is refused by the name of the variable", () => {
  const open = () => openEngine(host(), { certPath: join(folder, "nowhere") });
  assert.throws(open, (error) => error instanceof EngineError && /^DOCKER_CERT_PATH: got ENOENT/.test(error.message));
});

test("a plain tcp Engine and a socket need no access", () => {
  assert.deepEqual(address(openEngine("tcp://manager")), ["http", "manager", "2375", undefined]);
  assert.deepEqual(address(openEngine("unix:///run/docker.sock", { certPath: "/nowhere" })), [
    "http",
    undefined,
    undefined,
    "/run/docker.sock",
  ]);
});

test("ssh takes its keys from the agent", () => {
  const modem = modemOf(openEngine("ssh://deploy@manager", { sshAgent: "/run/agent.sock" }));
  assert.deepEqual([modem.protocol, modem.username, modem.port], ["ssh", "deploy", "22"]);
  assert.equal(modem.sshOptions.agent, "/run/agent.sock");
});

interface Modem {
  readonly protocol: string;
  readonly host?: string;
  readonly port?: string;
  readonly username?: string;
  readonly socketPath?: string;
  readonly sshOptions: { readonly agent?: string };
}

// Its types leave out what it was given.
function modemOf({ modem }: { readonly modem: unknown }): Modem {
  return modem as Modem;
}

function address(engine: Engine) {
  const { protocol, host, port, socketPath } = modemOf(engine);
  return [protocol, host, port, socketPath];
}

test("where nothing listens, it is the Engine that is named, and what to do; another error is another's", async () => {
  const nowhere = `unix://${join(folder, "nobody.sock")}`;
  const silence = await openEngine(nowhere)
    .listServices()
    .catch((error: unknown) => error as Error);
  assert.ok(silence instanceof Error);
  const told = unreachable(nowhere, silence);
  assert.ok(told instanceof EngineError);
  assert.match(
    told.message,
    /nobody\.sock: the Docker Engine does not answer \(.*ENOENT.*\), start it, or set DOCKER_HOST/,
  );
  assert.equal(unreachable(nowhere, new Error("connect")), undefined);
});
