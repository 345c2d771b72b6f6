import assert from "node:assert/strict";
import { type Promoted, type Shown } from "./sgw.ts";

type Live = Pick<Promoted, "stack" | "url" | "image" | "generation"> & { readonly pr: number };

/** Both forms of status while nobody deploys: the release is what the users of PROD reach, and is as old as this run at most. */
export function expectLive({ report, cells }: Shown, { stack, pr, url, image, generation }: Live): void {
  assert.deepEqual([report.leases, report.going], [[], []]);
  const row = report.stacks.find((one) => one.stack === stack);
  const place = { environment: "prod", pr, url, role: "live" } as const;
  assert.partialDeepStrictEqual(row, { ...place, image, generation, health: "healthy" });
  // A test before this one made it.
  assert.ok((row?.ageSeconds ?? Infinity) <= process.uptime() + 1);
  const [head, ...lines] = cells;
  assert.deepEqual(head, ["STACK", "ENVIRONMENT", "PR", "URL", "AGE", "IMAGE", "GEN", "ROLE", "HEALTH"]);
  const line = lines.find(([name]) => name === stack) ?? [];
  assert.match(line[4] ?? "", /^\d+ (?:s|min)$/);
  const digest = /sha256:[0-9a-f]{12}/.exec(image)?.[0] ?? "none";
  const told = [stack, "prod", String(pr), url, digest, String(generation), "live", "healthy"];
  assert.deepEqual(line.toSpliced(4, 1), told);
}

/** Both forms of status while 41 comes up beside 42: who deploys, how far it is, and who serves. */
export function expectUnderWay({ report, text, cells }: Shown): void {
  const [lease, ...leases] = report.leases;
  assert.partialDeepStrictEqual(lease, { environment: "prod", isExpired: false });
  assert.deepEqual(leases, []);
  assert.match(report.going.map(({ stack, step }) => `${stack} ${step}`).join(), /^prod-pr-41 (?:deploy|smoke)$/);
  const live = report.stacks.filter(({ environment, role }) => environment === "prod" && role === "live");
  assert.deepEqual(
    live.map(({ stack }) => stack),
    ["prod-pr-42"],
  );
  assert.ok(text.includes(`\nprod is held by ${lease?.by ?? "nobody"} since `), text);
  assert.match(text, /^prod generation \d+ \(prod-pr-41\): (?:deploy|smoke) since \d+ s, by /m);
  const line = cells.find(([stack]) => stack === "prod-pr-42");
  assert.deepEqual(line?.slice(-2), ["live", "healthy"]);
}
