import * as pulumi from "@pulumi/pulumi";
import { DockerGuard } from "../components/docker-guard.ts";
import { Elasticsearch } from "../components/elasticsearch/index.ts";
import { appRole, type ElasticsearchUser, logKeeper, logReader, logWriter } from "../components/elasticsearch/users.ts";
import { Filebeat } from "../components/filebeat.ts";
import { Jenkins } from "../components/jenkins.ts";
import { JenkinsAgent } from "../components/jenkins-agent.ts";
import { Kibana } from "../components/kibana.ts";
import { Logstash } from "../components/logstash.ts";
import { Traefik } from "../components/traefik/index.ts";
import { credential, derived } from "../docker/credential.ts";
import { members } from "../docker/members.ts";
import { network, reference } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { environments } from "../identity.ts";
import { type Exports, type platformOutputs } from "../outputs.ts";
import { address } from "./address.ts";

/** The long-lived stack of one cluster: the edge, CI and logs. */
export class Platform extends pulumi.ComponentResource {
  readonly exports: Omit<Exports<typeof platformOutputs>, "services">;

  constructor(name: string, scope: Scope) {
    super("studygiveway:index:Platform", name, {}, { providers: [scope.provider] });
    const networks = createNetworks(this, scope);
    const passwords = createPasswords(this, scope);
    const elasticsearch = createElasticsearch(this, scope, networks, passwords);
    createLogs(this, scope, networks, passwords, elasticsearch.hosts);
    createEdge(this, scope, networks, passwords);
    createPipeline(this, scope, networks, passwords);
    this.exports = {
      networks: pulumi.output({
        edge: reference(networks.edge),
        admin: reference(networks.admin),
        logs: reference(networks.logs),
      }),
      elasticsearch: { hosts: elasticsearch.hosts },
      elasticsearchPasswords: passwords.apps,
      logstash: { host: Logstash.host, port: scope.settings.ports.logstashHttp },
      adminUser: scope.settings.admin.user,
      adminPassword: passwords.admin,
      urls: Object.fromEntries(
        (["kibana", "jenkins", "traefik"] as const).map((console) => [console, address(scope, console).url]),
      ),
    };
    this.registerOutputs();
  }
}

type Networks = ReturnType<typeof createNetworks>;
type Passwords = ReturnType<typeof createPasswords>;

function createNetworks(parent: Platform, scope: Scope) {
  return {
    /** Traefik and what the world may reach. */
    edge: network(scope, parent, "edge", { internal: false }),
    /** Traefik and the consoles. */
    admin: network(scope, parent, "admin", { internal: true }),
    /** Elasticsearch, Logstash and who writes to them. */
    logs: network(scope, parent, "logs", { internal: true }),
    /** Traefik and the guard of the Docker socket. */
    guard: network(scope, parent, "guard", { internal: true }),
    /** Jenkins and its way out. */
    ci: network(scope, parent, "ci", { internal: false }),
  };
}

function createPasswords(parent: Platform, scope: Scope) {
  const app = credential(scope, parent, "appElasticsearchPassword");
  const elastic = credential(scope, parent, "elasticPassword");
  return {
    admin: credential(scope, parent, "adminPassword"),
    elastic,
    logKeeper: elastic.apply((password) => derived(password, logKeeper)),
    kibana: credential(scope, parent, "kibanaPassword"),
    kibanaEncryptionKey: credential(scope, parent, "kibanaEncryptionKey"),
    logstash: credential(scope, parent, "logstashPassword"),
    // One for each environment, so that none can act as another.
    apps: app.apply((password) => ({
      staging: derived(password, "staging"),
      qa: derived(password, "qa"),
      prod: derived(password, "prod"),
    })),
  };
}

function createElasticsearch(parent: Platform, scope: Scope, networks: Networks, passwords: Passwords) {
  const names = members(scope, "elasticsearch");
  const users = elasticsearchUsers(scope, passwords);
  for (const { name, member } of names) {
    new Elasticsearch(
      name,
      {
        scope,
        member,
        elasticPassword: passwords.elastic,
        logKeeperPassword: passwords.logKeeper,
        users,
        network: networks.logs,
      },
      { parent },
    );
  }
  return { hosts: names.map(({ name }) => `http://${name}:${scope.settings.ports.elasticsearch}`) };
}

function elasticsearchUsers({ settings }: Scope, passwords: Passwords): ElasticsearchUser[] {
  return [
    { name: "logstash", password: passwords.logstash, roles: [logWriter] },
    { name: logKeeper, password: passwords.logKeeper, roles: [logKeeper] },
    { name: "kibana-server", password: passwords.kibana, roles: ["kibana_system"] },
    { name: settings.admin.user, password: passwords.admin, roles: ["kibana_admin", logReader] },
    ...environments.map((environment) => ({
      name: appRole(environment),
      password: passwords.apps.apply((apps) => apps[environment]),
      roles: [appRole(environment)],
    })),
  ];
}

function createLogs(
  parent: Platform,
  scope: Scope,
  networks: Networks,
  passwords: Passwords,
  elasticsearchHosts: string[],
): void {
  const { ports } = scope.settings;
  const own = { parent };
  new Logstash(
    "logstash",
    { scope, elasticsearchHosts, user: "logstash", password: passwords.logstash, network: networks.logs },
    own,
  );
  new Filebeat("filebeat", { scope, logstash: `${Logstash.host}:${ports.logstashBeats}`, network: networks.logs }, own);
  new Kibana(
    "kibana",
    {
      scope,
      elasticsearchHosts,
      user: "kibana-server",
      password: passwords.kibana,
      encryptionKey: passwords.kibanaEncryptionKey,
      route: { ...address(scope, "kibana"), network: networks.admin },
      network: networks.logs,
    },
    own,
  );
}

function createEdge(parent: Platform, scope: Scope, networks: Networks, passwords: Passwords): void {
  const own = { parent };
  new DockerGuard("docker-guard", { scope, network: networks.guard }, own);
  new Traefik(
    "traefik",
    {
      scope,
      host: address(scope, "traefik").host,
      engine: `tcp://${DockerGuard.host}:${scope.settings.ports.dockerGuard}`,
      adminPassword: passwords.admin,
      networks: [networks.edge, networks.admin, networks.guard],
    },
    own,
  );
}

function createPipeline(parent: Platform, scope: Scope, networks: Networks, passwords: Passwords): void {
  const own = { parent };
  new Jenkins(
    "jenkins",
    {
      scope,
      adminPassword: passwords.admin,
      route: { ...address(scope, "jenkins"), network: networks.admin },
      network: networks.ci,
    },
    own,
  );
  const { repository } = scope.settings;
  // A Java that nobody has work for would only cost memory.
  if (repository === undefined) return;
  new JenkinsAgent(
    "jenkins-agent",
    {
      scope,
      repository,
      adminPassword: passwords.admin,
      ci: networks.ci,
      edge: networks.edge,
      traefik: `${scope.stack}-traefik`,
    },
    own,
  );
}
