import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext } from "node:test";
import { type Engine, openEngine } from "../../src/cluster/engine.ts";

export type Answer = (response: ServerResponse) => void;

export const whole =
  (body: Buffer): Answer =>
  (response) =>
    void response.end(body);

/** As the Engine answers now and then where a log is asked for: all is there, and the answer never ends. */
export const endless =
  (body: Buffer): Answer =>
  (response) =>
    void response.write(body);

export const failing =
  (message: string): Answer =>
  (response) =>
    void response.writeHead(500).end(JSON.stringify({ message }));

/** An Engine behind a socket: the first question is answered with the first answer, and all after the last with it. */
export async function answering(
  t: TestContext,
  answers: readonly Answer[],
): Promise<{ engine: Engine; asked: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  const asked: string[] = [];
  const server = createServer(({ method, url }, response) => {
    asked.push(`${String(method)} ${String(url)}`);
    answers[Math.min(asked.length, answers.length) - 1]?.(response);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, "docker.sock");
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { engine: openEngine(`unix://${path}`), asked };
}
