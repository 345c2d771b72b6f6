import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { must, run } from "../../tools/command.ts";
import { type Environment } from "../../tools/environment.ts";
import { type Composition, composition, type Tool } from "./composition.ts";
import { type Contender } from "./contender.ts";
import { type Release, stackLabel } from "./release.ts";
import { pulumi, type Workspace } from "./workspace.ts";

const project = "bench";

export function pulumiContender(workspace: Workspace, stack: string): Contender {
  const of = ["--stack", stack, "--non-interactive"];
  return {
    name: "pulumi up",
    folder: workspace.folder,
    commands: {
      fresh: ["pulumi", "up", "--skip-preview", "--yes", ...of],
      unchanged: ["pulumi", "up", "--skip-preview", "--yes", ...of],
      preview: ["pulumi", "preview", ...of],
      destroy: ["pulumi", "destroy", "--skip-preview", "--yes", ...of],
    },
    prepare: () => pulumi(workspace, "stack", "init", stack),
    clean: async () => {
      await pulumi(workspace, "stack", "rm", "--yes", "--stack", stack);
      await removeVolumes(workspace.env, `${stackLabel}=${stack}`);
    },
  };
}

export function composeContender(release: Release, program: string, { folder, env }: Workspace): Contender {
  const own = join(folder, "compose");
  const { borrowed } = write(release, "compose", own);
  const up = [program, "-p", project, "up", "--wait", "--detach", "--quiet-pull"];
  return {
    name: "docker compose up --wait",
    folder: own,
    commands: { fresh: up, unchanged: up, destroy: [program, "-p", project, "down"] },
    prepare: async () => {
      for (const { name, internal } of borrowed) {
        await docker(env, "network", "create", "--driver", "bridge", ...(internal ? ["--internal"] : []), name);
      }
    },
    clean: async () => {
      await removeVolumes(env, `com.docker.compose.project=${project}`);
      for (const { name } of borrowed) await docker(env, "network", "rm", name);
    },
  };
}

export function stackContender(release: Release, { folder, env }: Workspace): Contender {
  const own = join(folder, "stack");
  write(release, "stack", own);
  const deploy = ["docker", "stack", "deploy", "-c", "compose.yaml", "--detach=false", "--resolve-image", "never"];
  return {
    name: "docker stack deploy --detach=false",
    folder: own,
    commands: {
      fresh: [...deploy, project],
      unchanged: [...deploy, project],
      destroy: ["docker", "stack", "rm", "--detach=false", project],
    },
    prepare: () => Promise.resolve(),
    clean: () => removeVolumes(env, `com.docker.stack.namespace=${project}`),
  };
}

function write(release: Release, tool: Tool, folder: string): Composition {
  const written = composition(release, tool);
  mkdirSync(join(folder, "files"), { recursive: true });
  writeFileSync(join(folder, "compose.yaml"), stringify(written.document));
  for (const { name, data, uid, gid, mode } of written.files) {
    const path = join(folder, "files", name);
    writeFileSync(path, data);
    chownSync(path, uid, gid);
    chmodSync(path, mode);
  }
  return written;
}

function docker(env: Environment, ...argv: readonly string[]): Promise<string> {
  return must(["docker", ...argv], { env, timeoutSeconds: 60 });
}

/** Engines free a volume some time after they say that its container is gone. */
async function removeVolumes(env: Environment, label: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const names = (await docker(env, "volume", "ls", "-q", "--filter", `label=${label}`)).split("\n").filter(Boolean);
    if (names.length === 0) return;
    const { code, stderr } = await run(["docker", "volume", "rm", ...names], { env, timeoutSeconds: 60 });
    if (code !== 0 && tries > 60) throw new Error(`volumes of ${label} cannot be removed: ${stderr}`);
    if (code !== 0) await sleep(500);
  }
}
