import { type Engine } from "../cluster/engine.ts";
import { type Settings } from "../settings/index.ts";

/** An image cannot be had, or not for sure. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

const digest = /(?:^|@)sha256:[0-9a-f]{64}$/;

/**
 * The image behind a reference, in a form that never means another one: `repository@sha256:…` where a registry knows it,
 * else the id it has on this node, for a Swarm of one node without a registry. Undefined when neither knows it.
 */
export async function pin(engine: Engine, reference: string, settings: Pick<Settings, "registry">) {
  if (digest.test(reference)) return reference;
  const repository = repositoryOf(reference);
  const remote = await digestOf(engine, reference, settings);
  if (remote !== undefined) return `${repository}@${remote}`;
  const local = await engine
    .getImage(reference)
    .inspect()
    .catch(() => undefined);
  const known = local?.RepoDigests.find((one) => one.startsWith(`${repository}@`));
  return known ?? local?.Id;
}

/**
 * What the registry says. One that a reference names and that fails is an error: this node may have an older image of that
 * name, which nobody means.
 */
async function digestOf(engine: Engine, reference: string, settings: Pick<Settings, "registry">) {
  const auth = loginOf(settings);
  try {
    const found = await engine.getImage(reference).distribution(auth === undefined ? {} : { authconfig: auth });
    return (found as { Descriptor?: { digest?: string } }).Descriptor?.digest;
  } catch (error) {
    const { statusCode, message = "" } = error as { statusCode?: number; message?: string };
    if (statusCode === 404 || !namesRegistry(reference)) return undefined;
    throw new ImageError(`image ${reference}: its registry does not tell what it is (${message})`);
  }
}

/** Docker takes the first part of a name for a registry when it looks like a host. */
export function namesRegistry(name: string): boolean {
  const [first = "", ...rest] = name.split("/");
  return rest.length > 0 && (first.includes(":") || first.includes(".") || first === "localhost");
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
