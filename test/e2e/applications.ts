import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { images } from "../../src/images.ts";
import { run } from "../../tools/command.ts";
import { docker } from "./world.ts";

const application = `stand-in/${images.daphne.standIn}`;

/** The application of a pull request: works, and is an image of its own. Gives its id. */
export function goodImage(pr: number): Promise<string> {
  return derive(`good-${pr}`, [`LABEL org.opencontainers.image.revision=${pr}`]);
}

/** One with a layer that no other image has: where it is not, it has to be brought to. Gives its id. */
export function layeredImage(pr: number): Promise<string> {
  return derive(`layered-${pr}`, ["COPY layer /app/layer"], { layer: `${pr}` });
}

async function derive(name: string, lines: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "studygiveway-application-"));
  try {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text, { mode: 0o755 });
    writeFileSync(join(folder, "Dockerfile"), [`FROM ${application}`, ...lines].join("\n"));
    await docker("build", "--quiet", "--tag", `studygiveway-e2e/${name}:1`, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return idOf(`studygiveway-e2e/${name}:1`);
}

/** The id of an image on the Engine. */
export async function idOf(reference: string): Promise<string> {
  return (await docker("image", "inspect", "--format", "{{.Id}}", reference)).trim();
}

/** Has the Engine itself this image? */
export async function isOnNode(reference: string): Promise<boolean> {
  return (await run(["docker", "image", "inspect", reference], { timeoutSeconds: 30 })).code === 0;
}

/** What can be wrong with an application that seemed good. */
const faults = {
  "is never healthy": `if alive: status = 503`,
  "turns unhealthy after 3 s": `if is_over: status = 503`,
  "crashes after 3 s": `if is_over: os._exit(1)`,
  "is not ready": `if scope["path"] == "/readyz": status = 503`,
} as const;
export type Behaviour = keyof typeof faults;

/** An application that goes wrong in this way. Gives its id. */
export function imageThat(behaviour: Behaviour): Promise<string> {
  const wrapper = `
import os, time
good = application
healthy = None

async def application(scope, receive, send):
    global healthy
    alive = scope.get("path") == "/healthz"
    # The time counts from when it was first found healthy, however long it took to start.
    if alive and healthy is None: healthy = time.monotonic()
    is_over = healthy is not None and time.monotonic() - healthy > 3
    status = 0
    ${faults[behaviour]}
    if status == 0 or scope["type"] != "http":
        return await good(scope, receive, send)
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"${behaviour}"})
`;
  const lines = [
    "COPY faulty.py /tmp/",
    "USER root",
    "RUN cat /tmp/faulty.py >> /app/project/asgi.py",
    "USER 1000:1000",
  ];
  return derive(behaviour.replaceAll(" ", "-"), lines, { "faulty.py": wrapper });
}
