import assert from "node:assert/strict";
import { test } from "node:test";
import { traefikFlags, tlsYaml } from "../../src/components/traefik/flags.ts";
import { adminRoute, middlewareLabels, publicRoute } from "../../src/components/traefik/route.ts";
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

await test("the middlewares carry the allowed addresses and the file of users", () => {
  const labels = middlewareLabels(["10.0.0.0/8", "192.168.0.0/16"], "/run/secrets/admin_users");
  assert.equal(labels["traefik.http.middlewares.admin-allow.ipallowlist.sourcerange"], "10.0.0.0/8,192.168.0.0/16");
  assert.equal(labels["traefik.http.middlewares.admin-auth.basicauth.usersfile"], "/run/secrets/admin_users");
});
