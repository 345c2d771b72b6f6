import { settingsFrom } from "../../src/settings/settings.ts";

/** What the platform is told here, for the texts that are made from settings. */
export const settings = settingsFrom({
  stack: "platform",
  stackConfig: {},
  environment: process.env,
  file: undefined,
  environmentFile: () => undefined,
  readFile: () => undefined,
  problems: [],
});
