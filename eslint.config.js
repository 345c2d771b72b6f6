import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

// Imports go one way: index -> stacks -> components -> docker -> settings and cluster, which do not know each other;
// delivery stands apart and starts the program.
const forbiddenImports = {
  "src/identity.ts": ["settings", "cluster", "docker", "components", "stacks", "delivery"],
  "src/outputs.ts": ["cluster", "docker", "components", "stacks", "delivery"],
  "src/images.ts": ["docker", "components", "stacks", "delivery"],
  "src/settings/**/*.ts": ["cluster", "docker", "components", "stacks", "delivery"],
  "src/cluster/**/*.ts": ["settings", "docker", "components", "stacks", "delivery"],
  "src/docker/**/*.ts": ["components", "stacks", "delivery"],
  "src/components/**/*.ts": ["stacks", "delivery"],
  "src/stacks/**/*.ts": ["delivery"],
  "src/index.ts": ["delivery"],
  "src/delivery/**/*.ts": ["docker", "components", "stacks"],
};

const directions = Object.entries(forbiddenImports).map(([file, folders]) => ({
  files: [file],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        paths: [{ name: "node:process", message: "src/settings alone reads the environment." }],
        patterns: [{ regex: `/(?:${folders.join("|")})/`, message: "Data flows one way; see eslint.config.js." }],
      },
    ],
  },
}));

const names = {
  rules: {
    noun: {
      meta: { messages: { noun: "Name the file after the thing it is about: '{{name}}' says nothing." } },
      create: (context) => ({
        Program(node) {
          const name = /(?:^|[\\/.-])(utils?|helpers?|common|lib|misc|shared|types)(?=[\\/.-])/.exec(
            context.filename.slice(context.cwd.length),
          )?.[1];
          if (name !== undefined) context.report({ node, messageId: "noun", data: { name } });
        },
      }),
    },
  },
};

export default defineConfig([
  { ignores: ["node_modules/", "images/", "test/stand-ins/"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { names },
    rules: {
      "names/noun": "error",
      "max-lines": ["error", { max: 250 }],
      "max-lines-per-function": ["error", { max: 50, skipComments: true, skipBlankLines: true }],
      eqeqeq: "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["test", "it", "describe", "suite", "before", "after"] },
          ],
        },
      ],
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/settings/**"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "process", property: "env", message: "src/settings alone reads the environment." },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "NewExpression[callee.name='Config'], NewExpression[callee.property.name='Config']",
          message: "src/settings alone reads the stack's configuration.",
        },
      ],
    },
  },
  { files: ["test/**/*.ts"], rules: { "max-lines-per-function": "off" } },
  ...directions,
]);
