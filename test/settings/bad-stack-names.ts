import { type BadInput } from "./bad-inputs.ts";

// What a stack may be called to Pulumi and not to us; those that Pulumi itself refuses are in test/identity.test.ts.
const names = {
  "an environment alone": "staging",
  "a pull request without its environment": "pr-7",
  "an unknown environment": "dev-pr-7",
  "upper case": "STAGING-pr-7",
  "upper case in the middle": "staging-PR-7",
  "pull request 0": "qa-pr-0",
  "a negative pull request": "qa-pr--1",
  "a pull request of ten digits": "qa-pr-1000000000",
  "a leading zero": "qa-pr-007",
  "no pull request": "qa-pr-",
  "a pull request that is no number": "qa-pr-seven",
  "a fraction": "qa-pr-7.5",
  "something after the number": "qa-pr-7-again",
  "something before the environment": "my-qa-pr-7",
  "an underscore": "qa_pr_7",
  "data of no environment": "data",
  "data of the platform": "platform-data",
  "more than one platform": "platform-2",
  "64 characters": `staging-pr-${"1".repeat(53)}`,
};

export const badStackNames: readonly BadInput[] = Object.entries(names).map(([title, stack]) => ({
  title: `a stack name with ${title}`,
  stack,
  says: `stack: got "${stack}", expected platform, <environment>-data or <environment>-pr-<number>`,
  remedy: "staging-pr-42",
}));
