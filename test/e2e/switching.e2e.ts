import { test } from "node:test";
import { switchUnderLoad } from "./switches.ts";

// The short form of `npm run load`.
test("no request is lost in three promotions to PROD and a rollback", () =>
  switchUnderLoad({ promotions: 3, requests: 0 }));
