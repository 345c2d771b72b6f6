import { test } from "node:test";
import { switchUnderLoad } from "./switches.ts";

const promotions = Number(process.env["LOAD_PROMOTIONS"] ?? 20);
const requests = Number(process.env["LOAD_REQUESTS"] ?? 120_000);

test(`no request of ${requests} is lost in ${promotions} promotions to PROD and a rollback`, () =>
  switchUnderLoad({ promotions, requests }));
