import { stringify } from "yaml";
import { environments } from "../identity.ts";
import { type Settings } from "../settings/index.ts";

/** What Jenkins and its deploy agent have to agree on. */
export const agent = { name: "deploy", home: "/home/jenkins/agent" } as const;

export const repositoryUserFile = "/run/secrets/repository_user";
export const repositoryTokenFile = "/run/secrets/repository_token";

type Pipeline = Pick<Settings, "repository" | "forge">;

/**
 * The part of Jenkins' configuration that is there with a repository only: the deploy agent, the login to the repository
 * and the job. Names in ${...} are files in /run/secrets.
 */
export function pipelineConfiguration({ repository, forge }: Pipeline): string {
  if (repository === undefined) throw new Error("no pipeline without a repository");
  const login = repository.credentials && {
    credentials: { system: { domainCredentials: [{ credentials: [{ usernamePassword: repositoryLogin }] }] } },
  };
  const enterprise = hasPullRequests({ repository, forge }) && forge?.url !== publicGithub;
  const tree = {
    jenkins: { nodes: [{ permanent: deployNode }] },
    ...login,
    ...(enterprise && {
      unclassified: { gitHubConfiguration: { endpoints: [{ name: "forge", apiUri: forge?.url }] } },
    }),
    jobs: [{ script: jobScript({ repository, forge }) }],
  };
  return stringify(tree, { blockQuote: "literal", lineWidth: 0 });
}

const publicGithub = "https://api.github.com";
const loginId = "repository";

const repositoryLogin = {
  scope: "GLOBAL",
  id: loginId,
  username: "${repository_user}",
  password: "${repository_token}",
};

const deployNode = {
  name: agent.name,
  nodeDescription: "Has the Docker socket of a manager: runs sgw.",
  remoteFS: agent.home,
  labelString: agent.name,
  mode: "EXCLUSIVE",
  // The lease of an environment lets one deployment at a time through; a second executor keeps those that wait for it
  // from holding up a preview.
  numExecutors: 2,
  retentionStrategy: "always",
  launcher: "inbound",
};

/**
 * Only pull requests from branches of the repository itself: whoever may push there is trusted with the agent, the rest
 * of the world is not. GitHub is asked for them, which needs a login; for GitLab there is no plugin that is known to fit
 * this Jenkins.
 */
function hasPullRequests({ repository, forge }: Pipeline): boolean {
  return forge?.kind === "github" && repository?.credentials !== undefined;
}

function jobScript(pipeline: Pipeline): string {
  const sources = [branches(pipeline), ...(hasPullRequests(pipeline) ? [pullRequests(pipeline)] : [])];
  return `multibranchPipelineJob('studygiveway') {
  branchSources {
${sources.map((source) => `    branchSource {\n      source {\n${indented(source, 8)}\n      }\n    }`).join("\n")}
  }
  factory {
    workflowBranchProjectFactory {
      scriptPath('Jenkinsfile')
    }
  }
  triggers {
    // No webhook: the consoles are not open to the world, so no forge gets through.
    periodicFolderTrigger {
      interval('2m')
    }
  }
  orphanedItemStrategy {
    discardOldItems {
      daysToKeep(30)
    }
  }
}
`;
}

function branches({ repository }: Pipeline): string {
  return `git {
  id('branches')
  remote('${repository?.url ?? ""}')${credentials(repository)}
  traits {
    gitBranchDiscovery()
    headWildcardFilter {
      includes('${environments.join(" ")}')
      excludes('')
    }
  }
}`;
}

function pullRequests({ repository, forge }: Pipeline): string {
  const [owner = "", name = ""] = (forge?.repository ?? "").split("/");
  return `github {
  id('pull-requests')
  apiUri('${forge?.url ?? publicGithub}')
  repoOwner('${owner}')
  repository('${name}')
  repositoryUrl('${repository?.url ?? ""}')
  configuredByUrl(false)${credentials(repository)}
  traits {
    gitHubPullRequestDiscovery {
      strategyId(2)
    }
  }
}`;
}

function credentials(repository: Pipeline["repository"]): string {
  return repository?.credentials === undefined ? "" : `\n  credentialsId('${loginId}')`;
}

function indented(text: string, spaces: number): string {
  return text.replaceAll(/^/gm, " ".repeat(spaces));
}
