import * as pulumi from "@pulumi/pulumi";
import { type File } from "../docker/file.ts";
import { byCurl } from "../docker/health.ts";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";
import { type RepositorySettings } from "../settings/index.ts";
import { pipelineConfiguration, repositoryTokenFile, repositoryUserFile } from "./jenkins-pipeline.ts";
import { type AdminRoute, adminRoute } from "./traefik/route.ts";

export interface JenkinsArgs {
  readonly scope: Scope;
  readonly adminPassword: pulumi.Input<string>;
  readonly route: AdminRoute;
  /** A network with a way out, for repositories; the deploy agent is on it, too. */
  readonly network: NetworkRef;
}

const home = "/var/jenkins_home";
/** Jenkins reads every YAML file below a folder. */
const configuration = "/usr/share/jenkins/casc";

/** The CI controller. It runs no builds itself and has no access to Docker. */
export class Jenkins extends pulumi.ComponentResource {
  static readonly host = "jenkins";

  constructor(name: string, args: JenkinsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Jenkins", name, {}, opts);
    const { scope, adminPassword, route, network } = args;
    const { admin, ports, repository, services } = scope.settings;
    service(scope, this, {
      service: "jenkins",
      env: {
        ADMIN_USER: admin.user,
        JENKINS_URL: `${route.url}/`,
        JENKINS_OPTS: `--httpPort=${ports.jenkins}`,
        JENKINS_SLAVE_AGENT_PORT: String(ports.jenkinsAgent),
        JAVA_OPTS: javaOptions(services.jenkins.memoryMb),
        CASC_JENKINS_CONFIG: repository === undefined ? `${configuration}/jenkins.yaml` : configuration,
      },
      user: "1000:1000",
      networks: [{ network, aliases: [Jenkins.host] }, { network: route.network }],
      configs:
        repository === undefined
          ? []
          : [{ path: `${configuration}/pipeline.yaml`, text: pipelineConfiguration(scope.settings) }],
      secrets: [{ path: "/run/secrets/admin_password", text: adminPassword }, ...login(repository)],
      volume: { path: home },
      tmpfs: [{ path: "/tmp", sizeMb: 256 }],
      health: {
        test: byCurl(`http://127.0.0.1:${ports.jenkins}/login`),
        startSeconds: 300,
        everySeconds: 30,
      },
      pin: { label: "studygiveway.jenkins" },
      order: "stop-first",
      stopSeconds: 30,
      route: adminRoute(scope, "jenkins", ports.jenkins, route),
    });
    this.registerOutputs();
  }
}

function login(repository: RepositorySettings | undefined): File[] {
  if (repository?.credentials === undefined) return [];
  const { user, token } = repository.credentials;
  return [
    { path: repositoryUserFile, text: pulumi.secret(user) },
    { path: repositoryTokenFile, text: pulumi.secret(token) },
  ];
}

/** Half of the memory for the heap; the setup wizard has nothing to ask where the configuration is code. */
export function javaOptions(memoryMb: number): string {
  return `-Xmx${String(Math.floor(memoryMb / 2))}m -Djenkins.install.runSetupWizard=false`;
}
