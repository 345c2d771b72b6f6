import { type Engine } from "../cluster/engine.ts";
import { type Settings } from "../settings/index.ts";

const digest = /(?:^|@)sha256:[0-9a-f]{64}$/;

/**
 * The image behind a reference, in a form that never means another one: `repository@sha256:…` where a registry knows it,
 * else the id it has on this node, for a Swarm of one node without a registry.
 */
export async function pin(engine: Engine, reference: string, settings: Pick<Settings, "registry">) {
  if (digest.test(reference)) return reference;
  const repository = repositoryOf(reference);
  const auth = loginOf(settings);
  const remote = await engine
    .getImage(reference)
    .distribution(auth === undefined ? {} : { authconfig: auth })
    .then(
      (found) => (found as { Descriptor?: { digest?: string } }).Descriptor?.digest,
      () => undefined,
    );
  if (remote !== undefined) return `${repository}@${remote}`;
  const local = await engine
    .getImage(reference)
    .inspect()
    .catch(() => undefined);
  const known = local?.RepoDigests.find((one) => one.startsWith(`${repository}@`));
  return known ?? local?.Id;
}

/** A reference without its tag. */
export function repositoryOf(reference: string): string {
  return reference.replace(/:[^/:]*$/, "");
}

/** How the Engine is told the login of the registry; nothing where there is none. */
export function loginOf({ registry }: Pick<Settings, "registry">) {
  return registry && { serveraddress: registry.address, username: registry.user, password: registry.password };
}

/** As people read it: where it is from and the beginning of its digest. */
export function shortImage(image: string): string {
  return image.replace(/(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, "$1");
}
