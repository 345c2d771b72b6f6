import { type Engine } from "../../cluster/engine.ts";
import { hostOf } from "../../identity.ts";
import { type Settings } from "../../settings/index.ts";
import { type Address, type Answer, ask, type Question } from "../edge.ts";
import { type Forge } from "../forge/forge.ts";
import { type Status } from "../status/schema.ts";
import { type Finding, ok, problem, tried } from "./finding.ts";

type Ask = (address: Address, question: Question) => Promise<Pick<Answer, "status">>;

/** Whether the edge is there and answers where the world would ask it. */
export async function edgeFindings(
  { stacks }: Pick<Status, "stacks">,
  { domain, delivery }: Pick<Settings, "domain" | "delivery">,
  asking: Ask = ask,
): Promise<readonly Finding[]> {
  if (!stacks.some(({ kind }) => kind === "platform")) {
    return [problem("edge", "the platform is not deployed", "sgw up platform")];
  }
  const host = hostOf({ kind: "platform" }, domain, "traefik");
  const found = await Promise.all(
    delivery.edge.map((address) => {
      const place = `${address.host}:${address.port}`;
      return tried(`edge`, `sgw logs platform traefik, or correct EDGE_ADDRESS (${place})`, async () => {
        // Whoever is not let in is answered, too.
        const { status } = await asking(address, { host, path: "/" });
        return [ok("edge", `${place} answers (${status})`)];
      });
    }),
  );
  return found.flat();
}

/** Whether the Engine may log in where images are pushed to and pulled from. */
export async function registryFindings(
  engine: Pick<Engine, "checkAuth">,
  { registry }: Pick<Settings, "registry">,
  nodes: number,
): Promise<readonly Finding[]> {
  if (registry === undefined) {
    if (nodes <= 1)
      return [ok("registry", "none with a login: images come from public ones or are built on this node")];
    const detail = `none with a login, and ${nodes} nodes that cannot run what was built on one of them`;
    return [problem("registry", detail, "set REGISTRY_ADDRESS, REGISTRY_USER and REGISTRY_PASSWORD in .env")];
  }
  const { address, user, password } = registry;
  return tried(
    "registry",
    `correct REGISTRY_ADDRESS (${address}), REGISTRY_USER or REGISTRY_PASSWORD in .env`,
    async () => {
      await engine.checkAuth({ serveraddress: address, username: user, password });
      return [ok("registry", `${address} lets ${user} in`)];
    },
  );
}

export async function forgeFindings(forge: Pick<Forge, "kind" | "repository" | "openPullRequests"> | undefined) {
  if (forge === undefined)
    return [ok("forge", "none: nothing is reported, and nothing goes because a pull request closed")];
  return tried("forge", "correct FORGE_URL, FORGE_REPOSITORY or FORGE_TOKEN in .env", async () => {
    const open = await forge.openPullRequests();
    return [ok("forge", `${forge.kind} ${forge.repository}: ${open.length} open pull requests`)];
  });
}
