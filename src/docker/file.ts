import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { basename } from "node:path";
import { labelList, ownershipLabels } from "../cluster/labels.ts";
import { type Scope } from "./scope.ts";

/** A file put into the containers of a service. A new text makes a new Swarm object and replaces the tasks. */
export interface File {
  /** Absolute path in the container. */
  readonly path: string;
  readonly text: pulumi.Input<string>;
  /** Whether it is run rather than read. */
  readonly executable?: boolean;
}

interface Owner {
  readonly uid: string;
  readonly gid: string;
}

/** A file that anyone may read. It stands in the state in plain text: no password belongs here. */
export function configFile(scope: Scope, parent: pulumi.Resource, unit: string, file: File) {
  // Left unnamed, so that a change is create, update, delete: a config in use cannot be removed.
  const config = new docker.ServiceConfig(
    `${unit}-${basename(file.path)}`,
    { data: base64(file.text), labels: labelList(ownershipLabels(scope.identity, unit)) },
    { parent },
  );
  return {
    configId: config.id,
    configName: config.name,
    fileName: file.path,
    fileUid: "0",
    fileGid: "0",
    fileMode: file.executable === true ? 0o555 : 0o444,
  };
}

/** A file that only the service's user may read. */
export function secretFile(scope: Scope, parent: pulumi.Resource, unit: string, file: File, owner: Owner) {
  const secret = new docker.Secret(
    `${unit}-${basename(file.path)}`,
    { data: pulumi.secret(base64(file.text)), labels: labelList(ownershipLabels(scope.identity, unit)) },
    { parent },
  );
  return {
    secretId: secret.id,
    secretName: secret.name,
    fileName: file.path,
    fileUid: owner.uid,
    fileGid: owner.gid,
    fileMode: 0o400,
  };
}

function base64(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(text).apply((plain) => Buffer.from(plain).toString("base64"));
}
