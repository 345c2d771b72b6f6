import * as pulumi from "@pulumi/pulumi";
import { bcryptHash } from "../../docker/credential.ts";
import { environments } from "../../identity.ts";

/** A user of the file realm: there from the first start, without any call to the API. */
export interface ElasticsearchUser {
  readonly name: string;
  readonly password: pulumi.Input<string>;
  readonly roles: readonly string[];
}

/** The role of an environment's releases, and the name of the user who has it. */
export function appRole(environment: string): string {
  return `app-${environment}`;
}

export const logWriter = "log-writer";
export const logReader = "log-reader";
/** Looks after the log indices and asks how the node is; the superuser's own password may have been set inside Elasticsearch. */
export const logKeeper = "log-keeper";

/** roles.yml: who may do what; an environment's app sees the indices of its environment and no others. */
export function rolesYaml(): string {
  const apps = environments.map(
    (environment) => `${appRole(environment)}:
  cluster: [monitor]
  indices:
    - names: ["${environment}-*"]
      privileges: [all]
`,
  );
  return `${logKeeper}:
  cluster: [monitor, manage_index_templates]
  indices:
    - names: ["logs-*"]
      privileges: [monitor, view_index_metadata, delete_index]
${logWriter}:
  cluster: [monitor]
  indices:
    - names: ["logs-*"]
      privileges: [create_index, create, write]
${logReader}:
  cluster: [monitor]
  indices:
    - names: ["logs-*"]
      privileges: [read, view_index_metadata]
${apps.join("")}`;
}

export function usersRolesFile(users: readonly ElasticsearchUser[]): string {
  const roles = [...new Set(users.flatMap((user) => user.roles))];
  return roles
    .map((role) => {
      const names = users.filter((user) => user.roles.includes(role)).map((user) => user.name);
      return `${role}:${names.join(",")}\n`;
    })
    .join("");
}

export function usersFile(users: readonly ElasticsearchUser[]): pulumi.Output<string> {
  const lines = users.map(({ name, password }) =>
    pulumi.output(password).apply((text) => `${name}:${bcryptHash(name, text)}\n`),
  );
  return pulumi.all(lines).apply((all) => all.join(""));
}
