import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { engine, eventually, runningTasks, stackObjects } from "./world.ts";

/** One of each kind, and the release that borrows its data. */
export const stacks = ["platform", "prod-data", "staging-pr-7", "prod-pr-7"] as const;

interface Spec {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly TaskTemplate: {
    readonly ContainerSpec: {
      readonly Labels: Readonly<Record<string, string>>;
      readonly User?: string;
      readonly Init?: boolean;
      readonly ReadOnly?: boolean;
      readonly Mounts?: readonly { readonly Type: string; readonly Source?: string; readonly ReadOnly?: boolean }[];
      readonly CapabilityDrop?: readonly string[];
      readonly CapabilityAdd?: readonly string[];
      readonly Healthcheck?: {
        readonly Test?: readonly string[];
        readonly Interval?: number;
        readonly Retries?: number;
      };
      readonly Privileges?: object;
    };
    readonly Resources?: { readonly Limits?: { readonly NanoCPUs?: number; readonly MemoryBytes?: number } };
    readonly RestartPolicy?: { readonly Condition?: string; readonly MaxAttempts?: number };
    readonly Networks?: readonly { readonly Target: string }[];
    readonly LogDriver?: { readonly Name: string; readonly Options?: Readonly<Record<string, string>> };
  };
  readonly UpdateConfig?: { readonly FailureAction?: string };
  readonly EndpointSpec?: {
    readonly Mode?: string;
    readonly Ports?: readonly { readonly PublishedPort?: number; readonly PublishMode?: string }[];
  };
}

export interface Subject {
  readonly stack: string;
  readonly service: string;
  readonly spec: Spec;
}

async function subjects(): Promise<Subject[]> {
  const lists = await Promise.all(
    stacks.map(async (stack) =>
      (await stackObjects(stack)).services.map((found) => {
        const spec = found.Spec as unknown as Spec;
        return { stack, service: spec.Labels["studygiveway.service"] ?? "", spec };
      }),
    ),
  );
  return lists.flat();
}

/** Checks every service, and names all that fail. */
export async function each(check: (subject: Subject) => void | Promise<void>): Promise<void> {
  const all = await subjects();
  assert.ok(all.length >= 30, `only ${all.length} services`);
  const failures: string[] = [];
  for (const subject of all) {
    try {
      await check(subject);
    } catch (error) {
      failures.push(`${subject.spec.Name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  assert.deepEqual(failures, []);
}

export async function containersOf({ spec }: Subject) {
  const tasks = await eventually(`${spec.Name} runs`, async () => {
    const found = await runningTasks(spec.Name);
    assert.ok(found.length > 0);
    return found;
  });
  return Promise.all(
    tasks.map(({ Status }) => engine.getContainer(Status.ContainerStatus?.ContainerID ?? "").inspect()),
  );
}

export interface Process {
  readonly name: string;
  readonly uid: string;
  readonly capabilities: readonly bigint[];
}

/**
 * Docker's own init and all that descends from it. A health check is none of them: before it begins, what starts it has
 * capabilities of its own for a moment.
 */
export function processesOf(first: number): Process[] {
  return descendants(first).flatMap((pid) => {
    const status = textOf(`/proc/${pid}/status`);
    const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(status)?.[1] ?? "";
    if (status === "" && pid !== first) return [];
    const capabilities = ["CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"].map((set) => BigInt(`0x${field(set)}`));
    return [{ name: field("Name"), uid: field("Uid"), capabilities }];
  });
}

function descendants(pid: number): number[] {
  const children = list(`/proc/${pid}/task`).flatMap((thread) =>
    textOf(`/proc/${pid}/task/${thread}/children`).split(" "),
  );
  return [pid, ...children.filter(Boolean).map(Number).flatMap(descendants)];
}

/** Nothing of a process that has ended meanwhile. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
