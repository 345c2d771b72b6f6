import { type BadInput } from "./bad-inputs.ts";
import { goodRepository, passphrase, token } from "./good-repository.ts";

type Row = readonly [title: string, changes: Readonly<Record<string, string>>, says: string, remedy: string];

const url = "expected the https URL of a git repository, of plain characters and without credentials";

/** Each is a good repository with one thing changed; empty means not set. */
const table: readonly Row[] = [
  [
    "one by ssh",
    { REPOSITORY_URL: "git@github.com:o/app.git" },
    `REPOSITORY_URL (.env:1): got a value of 24`,
    "https://",
  ],
  ["one with a quote", { REPOSITORY_URL: `"https://h/a'b"` }, `REPOSITORY_URL (.env:1): got a value of 13`, "https://"],
  ["one with a dollar", { REPOSITORY_URL: "https://h/$a" }, `REPOSITORY_URL (.env:1): got a value of 12`, "https://"],
  [
    "one with credentials",
    { REPOSITORY_URL: `https://ci:${token}@h/a` },
    `REPOSITORY_URL (.env:1): got a value of 42 characters, ${url}`,
    "leave it empty",
  ],
  [
    "a user alone",
    { REPOSITORY_TOKEN: "" },
    "REPOSITORY_TOKEN: got nothing, expected a value, because REPOSITORY_USER",
    "both",
  ],
  [
    "a token alone",
    { REPOSITORY_USER: "" },
    "REPOSITORY_USER: got nothing, expected a value, because REPOSITORY_TOKEN",
    "both",
  ],
  ["no URL", { REPOSITORY_URL: "" }, "REPOSITORY_TOKEN (.env:3): got a value, expected none", "set REPOSITORY_URL"],
  [
    "state in a folder",
    { PULUMI_BACKEND_URL: "file:///var/state" },
    "PULUMI_BACKEND_URL (.env:4): got a folder of this machine, expected one that the deploy agent reaches as well",
    "leave REPOSITORY_URL empty",
  ],
  ["state nowhere", { PULUMI_BACKEND_URL: "" }, "PULUMI_BACKEND_URL: got nothing, expected one that", "move the state"],
  [
    "no passphrase",
    { PULUMI_CONFIG_PASSPHRASE: "" },
    "PULUMI_CONFIG_PASSPHRASE: got nothing, expected the passphrase of the state",
    "set PULUMI_CONFIG_PASSPHRASE",
  ],
  [
    "a passphrase in a file that is not there",
    { PULUMI_CONFIG_PASSPHRASE: "", PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere/passphrase" },
    "PULUMI_CONFIG_PASSPHRASE_FILE (.env:6): got a file that cannot be read, expected the passphrase of the state",
    "set PULUMI_CONFIG_PASSPHRASE",
  ],
];

const asLines = (variables: Readonly<Record<string, string>>) =>
  Object.entries(variables)
    .map(([name, value]) => (value === "" ? "" : `${name}=${value}`))
    .join("\n");

export const badRepositories: readonly BadInput[] = [
  ...table.map(([title, changes, says, remedy]) => ({
    title: `a pipeline: ${title}`,
    env: asLines({ ...goodRepository, ...changes }),
    says,
    remedy,
    secret: title === "a token alone" || title === "a user alone" ? passphrase : token,
  })),
  {
    title: "a pipeline: a variable that no file can hold",
    env: asLines(goodRepository),
    variables: { PULUMI_ACCESS_TOKEN: "two\nlines" },
    says: "PULUMI_ACCESS_TOKEN (environment variable): got a value that no .env can hold, expected one line",
    remedy: "the deploy agent reads it from a file",
    secret: "two\nlines",
  },
];
