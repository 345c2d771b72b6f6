import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { type Environment, environments } from "../identity.ts";
import { buildVerb } from "./build.ts";
import { type Context } from "./context.ts";
import { destroy } from "./destroy.ts";
import { doctor } from "./doctor.ts";
import { gc } from "./gc.ts";
import { logs, type LogsOptions } from "./logs.ts";
import { preview } from "./preview.ts";
import { promote } from "./promote.ts";
import { push, type PushOptions } from "./push.ts";
import { leaseWaitSeconds } from "./held-lease.ts";
import { rollback } from "./rollback.ts";
import { type MergedCommit, pullRequest } from "./pull-request.ts";
import { report, type ReportOptions } from "./report.ts";
import { status } from "./status.ts";
import { up } from "./up.ts";

/** Runs one verb with what stands on the command line. */
type Open = (flags: { readonly json: boolean; readonly yes: boolean }) => Context;

interface Flags {
  readonly json?: boolean;
  readonly yes?: boolean;
}

const examples = `
Examples:
  sgw promote staging --pr 42 --image registry.example.com/team/app:pr-42
  sgw promote qa --pr 42 --yes
  sgw promote prod
  sgw rollback prod
  sgw status --json

Exit code: 0 done, 1 failed, 2 refused (what users reach is as it was), 130 interrupted (the next run takes it up).
Where nothing else puts it on the PATH, sgw stands for: npm run --silent sgw --
What was interrupted, by whatever, is finished or taken back by the next run; nothing has to be cleaned up by hand.
`;

/** The command line; gives the exit code. */
export async function main(argv: readonly string[], open: Open): Promise<number> {
  const result = { code: 0 };
  const run = async (flags: Flags, work: (context: Context) => Promise<number>) => {
    result.code = await work(open({ json: flags.json ?? false, yes: flags.yes ?? false }));
  };
  const sgw = new Command("sgw")
    .description("Delivers pull requests to STAGING, QA and PROD.")
    .addHelpText("after", examples)
    .configureOutput({ writeErr: (text) => process.stderr.write(text) })
    .exitOverride();
  addPromotions(sgw, run);
  addImages(sgw, run);
  addStacks(sgw, run);
  addViews(sgw, run);
  addForge(sgw, run);
  try {
    await sgw.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return result.code;
}

type Run = (flags: Flags, work: (context: Context) => Promise<number>) => Promise<void>;

function addPromotions(sgw: Command, run: Run): void {
  verb(
    sgw,
    "promote",
    "makes a pull request live; destroys the stage it came from when that is proven",
    "promote staging --pr 42 --image registry.example.com/team/app:pr-42",
    "promote qa --pr 42 --yes",
    "promote prod",
  )
    .addArgument(environment())
    .addOption(prOption("its number; for qa and prod, without it: what is live in the stage before"))
    .option("--image <reference>", "for staging: the image to deploy; without it, it is built from this checkout")
    .option("--revive", "deploys what was destroyed in the environment, or is older than what was live")
    .addOption(wait())
    .action(
      (environment: Environment, flags: Flags & { pr?: number; image?: string; revive?: boolean; wait: number }) => {
        const { pr, image, revive, wait: waitSeconds } = flags;
        const options = { pr, image, revive };
        const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
        return run(flags, (context) => promote(context, { environment, waitSeconds, ...given }));
      },
    );
  verb(
    sgw,
    "rollback",
    "brings back what was live before, by its digest",
    "rollback prod",
    "rollback prod --yes --json",
  )
    .addArgument(environment())
    .addOption(wait())
    .action((environment: Environment, flags: Flags & { wait: number }) =>
      run(flags, (context) => rollback(context, { environment, waitSeconds: flags.wait })),
    );
}

function addImages(sgw: Command, run: Run): void {
  verb(sgw, "build", "builds the application's image of a pull request from this checkout", "build --pr 42")
    .addOption(prOption("the number of the pull request").makeOptionMandatory())
    .action((flags: Flags & { pr: number }) => run(flags, (context) => buildVerb(context, flags)));
  verb(
    sgw,
    "push",
    "sends the image that sgw build made to the registry and prints its digest",
    "push --pr 42 --json",
    "push --pr 42 --if-registry",
  )
    .addOption(prOption("the number of the pull request").makeOptionMandatory())
    .option("--if-registry", "without a registry in REGISTRY_PREFIX, leaves the image here and prints its id")
    .action((flags: Flags & PushOptions) => run(flags, (context) => push(context, flags)));
}

function addStacks(sgw: Command, run: Run): void {
  verb(sgw, "up", "brings one stack up as it is to be", "up platform", "up staging-pr-42 --yes")
    .addArgument(stack())
    .action((stack: string, flags: Flags) => run(flags, (context) => up(context, { stack })));
  verb(sgw, "destroy", "removes one stack; volumes stay", "destroy staging-pr-42", "destroy prod-pr-58 --live")
    .addArgument(stack())
    .option("--live", "also when it is what users reach")
    .action((stack: string, flags: Flags & { live?: boolean }) =>
      run(flags, (context) => destroy(context, { stack, ...(flags.live && { live: true }) })),
    );
  verb(
    sgw,
    "gc",
    "removes releases and images that nobody needs; only shows what it would do unless --apply",
    "gc",
    "gc --apply --cap 2",
  )
    .option("--apply", "removes, after asking")
    .addOption(new Option("--cap <number>", "removals in one run; 5 when not given").argParser(Number))
    .action((flags: Flags & { apply?: boolean; cap?: number }) => run(flags, (context) => gc(context, flags)));
}

function addViews(sgw: Command, run: Run): void {
  verb(
    sgw,
    "preview",
    "what an up of the stack would change, by service, and what it risks",
    "preview staging-pr-42",
    "preview staging-pr-42 --comment",
  )
    .addArgument(stack())
    .option("--comment", "also writes it on the pull request, as one comment that is edited later")
    .action((stack: string, flags: Flags & { comment?: boolean }) =>
      run(flags, (context) => preview(context, { stack, comment: flags.comment })),
    );
  verb(
    sgw,
    "status",
    "every stack with its address, age, image, generation, role and health; who deploys",
    "status",
    "status --json",
  ).action((flags: Flags) => run(flags, (context) => status(context)));
  verb(
    sgw,
    "logs",
    "what the services of a stack write, on whatever nodes they run; with --json an object for each line",
    "logs staging-pr-42",
    "logs staging-pr-42 daphne --follow --since 15m",
  )
    .addArgument(stack())
    .argument("[service]", "one of its services, or one member; all without it")
    .option("--follow", "goes on until interrupted")
    .option("--tail <lines>", "lines of each task, or all; 100 when not given")
    .option("--since <time>", "a duration like 15m, or a moment like 2026-01-31T09:30:00Z")
    .action((stack: string, service: string | undefined, flags: Flags & Omit<LogsOptions, "stack" | "service">) =>
      run(flags, (context) => logs(context, { ...flags, stack, service })),
    );
  verb(
    sgw,
    "doctor",
    "looks at everything a deployment needs; names for each fault the command that mends it, and ends with 1",
    "doctor",
    "doctor --json",
  ).action((flags: Flags) => run(flags, (context) => doctor(context)));
}

function addForge(sgw: Command, run: Run): void {
  const merged = (command: Command) =>
    command
      .option("--commit <sha>", "the commit that was built, all 40 digits")
      .option("--message <text>", "its message, which mostly names the pull request");
  merged(
    verb(
      sgw,
      "pull-request",
      "prints the number of the pull request that a commit merged; ends with 1 when it merged none",
      'pull-request --commit "$(git rev-parse HEAD)"',
      'pull-request --message "Merge pull request #42 from team/topic"',
    ),
  ).action((flags: Flags & MergedCommit) => run(flags, (context) => pullRequest(context, flags)));
  merged(
    verb(
      sgw,
      "report",
      "tells the forge how far a pull request has come: comment, statuses, deployments",
      "report --pr 42",
      "report --pr 42 --environment qa --state success",
    ),
  )
    .addOption(prOption("its number; without it, the one that the commit merged"))
    .addOption(new Option("--environment <environment>", "this one only").choices(environments))
    .addOption(new Option("--state <state>", "how the pipeline stands").choices(["pending", "success", "failure"]))
    .option("--url <url>", "the pipeline's page")
    .action((flags: Flags & ReportOptions) => run(flags, (context) => report(context, flags)));
}

function verb(sgw: Command, usage: string, description: string, ...examples: readonly string[]): Command {
  return sgw
    .command(usage)
    .description(description)
    .option("--json", "prints the result as JSON")
    .option("--yes", "asks nobody")
    .addHelpText("after", ["\nExamples:", ...examples.map((example) => `  sgw ${example}`)].join("\n"));
}

// Nine digits, as in the names of stacks.
function prOption(description: string): Option {
  return new Option("--pr <number>", description).argParser((text) => {
    if (!/^[1-9][0-9]{0,8}$/.test(text)) {
      throw new InvalidArgumentError("Expected a number from 1 to 999999999 without leading zero.");
    }
    return Number(text);
  });
}

function wait(): Option {
  return new Option("--wait <seconds>", "how long another deployer of the same environment is waited for")
    .default(leaseWaitSeconds)
    .argParser((text) => {
      if (!/^[0-9]{1,5}$/.test(text)) throw new InvalidArgumentError("Expected seconds, from 0 to 99999.");
      return Number(text);
    });
}

function environment(): Argument {
  return new Argument("<environment>", "where it is to run").choices(environments);
}

function stack(): Argument {
  return new Argument("<stack>", "platform, ENVIRONMENT-data or ENVIRONMENT-pr-NUMBER");
}
