import { newScope, type Scope } from "../docker/scope.ts";
import { type Engine, openEngine, readCluster } from "../cluster/engine.ts";
import { readLedger, type Rollout, rolloutOf } from "../cluster/ledger.ts";
import { readServices } from "../cluster/objects.ts";
import { gate } from "../docker/gate.ts";
import { swarmProvider } from "../docker/provider.ts";
import { stackName } from "../identity.ts";
import { Borrowed, dataOutputs, platformOutputs } from "../outputs.ts";
import { type Settings } from "../settings/index.ts";
import { Data } from "./data.ts";
import { dataLenderOf, requireLenders } from "./lenders.ts";
import { Platform } from "./platform.ts";
import { type Lenders, Release } from "./release.ts";

/** Deploys the stack that the settings describe and waits until it works; gives the stack's outputs. */
export async function program(settings: Settings): Promise<Record<string, unknown>> {
  const engine = openEngine(settings.docker.host, settings.docker.access);
  const { nodes } = await readCluster(engine, settings.docker.host);
  await requireLenders(engine, settings);
  const [released, running] = await Promise.all([rollout(engine, settings), runningImages(engine, settings)]);
  const scope = newScope(settings, swarmProvider(settings), nodes, { rollout: released, running });
  const outputs = await compose(scope);
  return { ...outputs, services: gate(scope, engine) };
}

/** What the last promotion decided, so that a plain `pulumi up` asks for the same. */
async function rollout(engine: Engine, { identity }: Settings): Promise<Rollout | undefined> {
  if (identity.kind !== "release") return undefined;
  return rolloutOf(await readLedger(engine, identity.environment), identity.pr);
}

async function runningImages(engine: Engine, { identity }: Settings): Promise<Map<string, string>> {
  const services = await readServices(engine, stackName(identity));
  return new Map(services.map(({ name, image }) => [name, image]));
}

/** The stack's resources, without the wait. */
export async function compose(scope: Scope): Promise<object> {
  const { identity, stack } = scope;
  switch (identity.kind) {
    case "platform":
      return new Platform(stack, scope).exports;
    case "data":
      return new Data(stack, scope, await Borrowed.from("platform", platformOutputs)).exports;
    case "release":
      return new Release(stack, scope, identity, await lenders(scope)).exports;
  }
}

async function lenders({ settings }: Scope): Promise<Lenders> {
  const data = dataLenderOf(settings);
  const [platform, shared] = await Promise.all([
    Borrowed.from("platform", platformOutputs),
    data === undefined ? undefined : Borrowed.from(data, dataOutputs),
  ]);
  return { platform, data: shared };
}
