import { type StatefulName } from "../settings/index.ts";
import { type Scope } from "./scope.ts";

/** The members of a service with data: `postgres-1`, `postgres-2` and so on. */
export function members(scope: Scope, service: StatefulName): { readonly name: string; readonly member: number }[] {
  return Array.from({ length: scope.settings.services[service].members }, (_, index) => ({
    name: `${service}-${String(index + 1)}`,
    member: index + 1,
  }));
}
