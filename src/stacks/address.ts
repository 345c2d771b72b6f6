import { type Scope } from "../docker/scope.ts";
import { hostOf, type HostPrefix } from "../identity.ts";

/** A host name of the stack and its address in a browser. */
export interface Address {
  readonly host: string;
  readonly url: string;
}

export function address({ identity, settings }: Scope, prefix?: HostPrefix): Address {
  const host = hostOf(identity, settings.domain, prefix);
  const { https } = settings.ports;
  return { host, url: https === 443 ? `https://${host}` : `https://${host}:${https}` };
}
