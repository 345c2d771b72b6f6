import assert from "node:assert/strict";
import { test } from "node:test";
import bcrypt from "bcryptjs";
import { traefikFlags, tlsYaml } from "../../src/components/traefik/flags.ts";
import { usersText } from "../../src/components/traefik/index.ts";
import {
  adminRoute,
  dashboardRoute,
  middlewareLabels,
  publicRoute,
  releaseRoute,
} from "../../src/components/traefik/route.ts";
import { type Scope } from "../../src/docker/scope.ts";
import { settingsOf } from "../registrations.ts";

const settings = settingsOf("platform");
const scope = { stack: "staging-pr-7" } as Scope;
const network = { id: "edge-id", name: "edge-name" };

await test("plain HTTP is led to the public HTTPS port", () => {
  const { ports } = settingsOf("platform", { variables: { HTTP_PORT: "8080", HTTPS_PORT: "8443" } });
  const flags = traefikFlags({ ports, tls: { mode: "self-signed" }, engine: "tcp://docker-guard:2375" });
  assert.ok(flags.includes("--entrypoints.web.http.redirections.entrypoint.to=:8443"));
});

await test("certificates: self-signed by default, from files, or by ACME", () => {
  const flags = (tls: Parameters<typeof traefikFlags>[0]["tls"]) =>
    traefikFlags({ ports: settings.ports, tls, engine: "tcp://docker-guard:2375" }).join(" ");
  assert.doesNotMatch(flags({ mode: "self-signed" }), /acme|providers\.file/);
  assert.match(flags({ mode: "files", certificate: "c", key: "k" }), /providers\.file\.filename/);
  const acme = flags({ mode: "acme", email: "a@example.org", server: "https://ca.example.org/dir" });
  assert.match(acme, /tls\.certresolver=acme/);
  assert.match(acme, /acme\.keytype=EC256/);
  assert.match(acme, /acme\.caserver=https:\/\/ca\.example\.org\/dir/);
  assert.match(tlsYaml(), /certFile: \/run\/secrets\/tls_certificate/);
});

await test("Traefik learns of new tasks within a second", () => {
  const flags = traefikFlags({
    ports: settings.ports,
    tls: { mode: "self-signed" },
    engine: "tcp://docker-guard:2375",
  });
  assert.ok(flags.includes("--providers.docker.swarmmoderefreshseconds=1s"));
  assert.ok(flags.includes("--providers.docker.exposedbydefault=false"));
});

await test("a route names its stack, so that two stacks never share a router", () => {
  const labels = publicRoute(scope, "nginx", 8080, { host: "pr-7.staging.example.org", network });
  assert.equal(labels["traefik.http.routers.staging-pr-7-nginx.rule"], "Host(`pr-7.staging.example.org`)");
  assert.equal(labels["traefik.docker.network"], "edge-name");
  assert.equal(labels["traefik.http.services.staging-pr-7-nginx.loadbalancer.server.port"], "8080");
});

await test("a console wants an allowed address and the password, in this order", () => {
  const host = "pgadmin.pr-7.staging.example.org";
  const labels = adminRoute(scope, "pgadmin", 5050, { host, url: `https://${host}`, network });
  assert.equal(labels["traefik.http.routers.staging-pr-7-pgadmin.middlewares"], "admin-allow@docker,admin-auth@docker");
});

await test("the dashboard is Traefik's own, behind the door of the consoles", () => {
  assert.deepEqual(dashboardRoute({ stack: "platform" } as Scope, "traefik.example.org"), {
    "traefik.enable": "true",
    "traefik.http.routers.platform-dashboard.rule": "Host(`traefik.example.org`)",
    "traefik.http.routers.platform-dashboard.entrypoints": "websecure",
    "traefik.http.routers.platform-dashboard.service": "api@internal",
    "traefik.http.routers.platform-dashboard.middlewares": "admin-allow@docker,admin-auth@docker",
    "traefik.http.services.platform-dashboard.loadbalancer.server.port": "1",
  });
});

await test("a release answers with its generation, by its priority, and by its name above all others", () => {
  const labelsOf = (rollout?: Scope["rollout"]) => {
    const labels = releaseRoute({ ...scope, rollout }, "nginx", 8080, { host: "example.org", network });
    return (field: string) => labels[`traefik.http.${field}`];
  };
  const promoted = labelsOf({ generation: 7, image: "app", priority: 1007 });
  assert.equal(promoted("routers.staging-pr-7-nginx.rule"), "Host(`example.org`)");
  assert.equal(promoted("routers.staging-pr-7-nginx.priority"), "1007");
  const pinned = "Host(`example.org`) && Headers(`X-Release`, `staging-pr-7`)";
  assert.equal(promoted("routers.staging-pr-7-nginx-pinned.rule"), pinned);
  assert.equal(promoted("routers.staging-pr-7-nginx-pinned.priority"), "1000000");
  const header = "middlewares.staging-pr-7-nginx-release.headers.customresponseheaders.X-Release";
  assert.equal(promoted(header), "staging-pr-7.7");
  for (const router of ["staging-pr-7-nginx", "staging-pr-7-nginx-pinned"]) {
    assert.equal(promoted(`routers.${router}.service`), "staging-pr-7-nginx");
    assert.equal(promoted(`routers.${router}.middlewares`), "staging-pr-7-nginx-release@docker");
  }
  const plain = labelsOf();
  assert.deepEqual([plain("routers.staging-pr-7-nginx.priority"), plain(header)], ["100", "staging-pr-7.0"]);
});

await test("the middlewares carry the allowed addresses and the file of users", () => {
  const labels = middlewareLabels(["10.0.0.0/8", "192.168.0.0/16"], "/run/secrets/admin_users");
  assert.equal(labels["traefik.http.middlewares.admin-allow.ipallowlist.sourcerange"], "10.0.0.0/8,192.168.0.0/16");
  assert.equal(labels["traefik.http.middlewares.admin-auth.basicauth.usersfile"], "/run/secrets/admin_users");
});

await test("the file of users has one, with the hash of the password", () => {
  const [, user, hash] = /^([^:]+):(\S+)\n$/.exec(usersText("admin", "correct-horse-battery")) ?? [];
  assert.equal(user, "admin");
  assert.ok(bcrypt.compareSync("correct-horse-battery", hash ?? ""));
  assert.ok(!bcrypt.compareSync("wrong-horse-battery", hash ?? ""));
});
