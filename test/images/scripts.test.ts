import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { filesBelow, images } from "./repository.ts";

const scripts = filesBelow(images).flatMap((file) => {
  const interpreter = /^#!\S+[ /](bash|sh|python)$/m.exec(readFileSync(file, "utf8").split("\n", 1)[0] ?? "")?.[1];
  return interpreter === undefined ? [] : [{ file, name: path.relative(images, file), interpreter }];
});

test("the scripts are found", () => {
  const names = scripts.map(({ name }) => name);
  for (const name of ["postgres/bin/postgres-entrypoint", "pgbouncer/bin/pgbouncer-health", "daphne/app/entrypoint"])
    assert.ok(names.includes(name), name);
});

for (const { file, name, interpreter } of scripts.filter(({ interpreter }) => interpreter !== "python")) {
  test(`${name} is a ${interpreter} script`, () => {
    execFileSync(interpreter, ["-n", file]);
    assert.equal(statSync(file).mode & 0o111, 0o111, "not executable");
  });

  test(`${name} keeps secrets off command lines`, () => {
    const text = readFileSync(file, "utf8");
    assert.doesNotMatch(text, /-v \w*(password|secret)\w*=/i);
    assert.doesNotMatch(text, /set -[a-z]*x/);
  });
}

const health = async (port: number): Promise<number> => {
  const check = spawn(path.join(images, "pgbouncer/bin/pgbouncer-health"), {
    env: { ...process.env, PGBOUNCER_PORT: String(port) },
    stdio: "ignore",
  });
  const [code] = (await once(check, "exit")) as [number];
  return code;
};

const listening = async (answer: string | undefined): Promise<{ port: number; stop: () => void }> => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (request) => {
      assert.equal(request.toString("hex"), "0000000804d2162f");
      if (answer === undefined) socket.end();
      else socket.write(answer);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, stop: () => server.close() };
};

for (const [answer, code] of [
  ["N", 0],
  ["S", 0],
  ["E", 1],
  [undefined, 1],
] as const) {
  test(`a pooler that answers ${answer ?? "nothing"} is ${code === 0 ? "healthy" : "not healthy"}`, async () => {
    const { port, stop } = await listening(answer);
    assert.equal(await health(port), code);
    stop();
    assert.equal(await health(port), 1);
  });
}
