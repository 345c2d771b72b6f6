import { type Scope } from "../docker/scope.ts";
import { hostOf, type HostPrefix, urlOf } from "../identity.ts";

/** A host name of the stack and its address in a browser. */
export interface Address {
  readonly host: string;
  readonly url: string;
}

export function address({ identity, settings }: Scope, prefix?: HostPrefix): Address {
  const host = hostOf(identity, settings.domain, prefix);
  return { host, url: urlOf(host, settings.ports.https) };
}
