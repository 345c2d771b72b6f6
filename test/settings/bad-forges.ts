import { type BadInput } from "./bad-inputs.ts";

const token = "forge-token-0123456789";
const url = "expected the https URL of the API's base (http for this machine only), without credentials";
const path = "expected owner/name, or group/subgroup/project";

type Row = readonly [title: string, changes: Readonly<Record<string, string>>, says: string, remedy: string];

/** Each is a good forge with one thing changed; empty means not set. */
const table: readonly Row[] = [
  ["an unknown forge", { FORGE: "bitbucket" }, 'FORGE (.env:1): got "bitbucket", expected github or', "leave it empty"],
  ["a forge in capitals", { FORGE: "GitHub" }, 'FORGE (.env:1): got "GitHub", expected github or', "leave it empty"],
  ["a forge over http", { FORGE_URL: "http://git.example.com" }, `FORGE_URL (.env:4): got a value of 22`, "/api/v3"],
  ["a forge on a neighbour", { FORGE_URL: "http://10.0.0.7" }, `FORGE_URL (.env:4): got a value of 15`, "/api/v3"],
  ["a forge without scheme", { FORGE_URL: "api.github.com" }, `FORGE_URL (.env:4): got a value of 14`, "/api/v3"],
  ["a forge's URL with a query", { FORGE_URL: "https://git.example.com?a=1" }, `FORGE_URL (.env:4): got a`, "/api/v3"],
  [
    "GitHub's pages",
    { FORGE_URL: "https://github.com" },
    "FORGE_URL (.env:4): got the address of GitHub's pages",
    "api.",
  ],
  ["a repository alone", { FORGE_REPOSITORY: "app" }, `FORGE_REPOSITORY (.env:2): got "app", ${path}`, "without .git"],
  [
    "a repository's URL",
    { FORGE_REPOSITORY: "https://github.com/o/app" },
    `FORGE_REPOSITORY (.env:2): got "https://github.com/o/app", ${path}`,
    "without host",
  ],
  ["a clone's name", { FORGE_REPOSITORY: "o/app.git" }, `FORGE_REPOSITORY (.env:2): got "o/app.git"`, "without .git"],
  ["a way out of the path", { FORGE_REPOSITORY: "o/.." }, `FORGE_REPOSITORY (.env:2): got "o/.."`, "without host"],
  ["a group on GitHub", { FORGE_REPOSITORY: "a/b/c" }, 'FORGE_REPOSITORY (.env:2): got "a/b/c"', "FORGE=gitlab"],
  ["a short token", { FORGE_TOKEN: "s3cr3t!" }, "FORGE_TOKEN (.env:3): got a value of 7 characters", "copy it again"],
  ["a token with a space", { FORGE_TOKEN: "'to ken token'" }, "FORGE_TOKEN (.env:3): got a value of 12", "copy it"],
  [
    "no token",
    { FORGE_TOKEN: "" },
    "FORGE_TOKEN: got nothing, expected a value, because FORGE and FORGE_REP",
    "set FORGE,",
  ],
  [
    "no repository",
    { FORGE_REPOSITORY: "" },
    "FORGE_REPOSITORY: got nothing, expected a value, because FORGE and",
    "none",
  ],
  [
    "no forge",
    { FORGE: "" },
    "FORGE: got nothing, expected a value, because FORGE_REPOSITORY and FORGE_TOKEN are",
    "none",
  ],
];

const good = { FORGE: "github", FORGE_REPOSITORY: "o/app", FORGE_TOKEN: token };

export const badForges: readonly BadInput[] = [
  ...table.map(([title, changes, says, remedy]) => {
    const values = { ...good, ...changes };
    const set = Object.entries(values).filter(([, value]) => value !== "");
    const env = set.map(([name, value]) => `${name}=${value}`);
    return { title: `a forge: ${title}`, env: env.join("\n"), says, remedy, secret: values.FORGE_TOKEN || token };
  }),
  {
    title: "a forge: credentials in the URL",
    env: `FORGE=gitlab\nFORGE_URL=https://me:hunter2@git.example.com\nFORGE_REPOSITORY=a/b\nFORGE_TOKEN=${token}`,
    says: `FORGE_URL (.env:2): got a value of 34 characters, ${url}`,
    remedy: "https://gitlab.example.com",
    secret: "hunter2",
  },
  {
    title: "a forge: a URL alone",
    env: "FORGE_URL=https://git.example.com",
    says: "FORGE: got nothing, expected a value, because FORGE_URL is set",
    remedy: "or none of them",
  },
];
