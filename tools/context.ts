import { engineHost, openEngine } from "../src/cluster/engine.ts";
import { type Context } from "../src/delivery/context.ts";
import { thisHolder } from "../src/delivery/holder.ts";
import { Workspace } from "../src/delivery/workspace.ts";
import { type Environment, root } from "./environment.ts";
import { prepareBackend } from "./pulumi.ts";

type Given = Pick<Context, "env" | "json" | "yes" | "progress" | "interrupted">;

/** What the verbs of the delivery command are given; the variables are for Pulumi, and asked for when it is needed. */
export function openContext(given: Given, variables: () => Promise<Environment>): Context {
  const holder = thisHolder();
  const prepared = async () => {
    prepareBackend(given.env);
    const found = await variables();
    // The Automation API asks `pulumi` for its version before it reads any variables, on the PATH of this process.
    process.env["PATH"] = found["PATH"] ?? "";
    return found;
  };
  const { DOCKER_CERT_PATH, DOCKER_TLS_VERIFY, SSH_AUTH_SOCK } = given.env;
  const access = { certPath: DOCKER_CERT_PATH, verify: DOCKER_TLS_VERIFY !== undefined, sshAgent: SSH_AUTH_SOCK };
  return {
    ...given,
    engine: openEngine(engineHost(given.env), access),
    workspace: new Workspace(prepared, root, holder),
    holder,
    out: (text) => process.stdout.write(text),
  };
}
