import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { playUnderLoad, type UnderLoadArgs } from "./episodes.ts";
import { episodeTable } from "./report.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;

before(async () => {
  site = await startSite();
});

after(() => site.close());

function play(args: Pick<UnderLoadArgs, "episodes" | "requests" | "say">) {
  return playUnderLoad({ host: "studygiveway.test", port: site.port, sockets: 1, quietSeconds: 1.5, ...args });
}

test("what each episode did to the load", async () => {
  const said: string[] = [];
  const change = {
    name: "change",
    play: async () => {
      await sleep(300);
      site.release = "prod-pr-2.2";
    },
  };
  const harm = {
    name: "harm",
    play: async () => {
      let left = 3;
      site.fault = () => (left-- > 0 ? "503" : undefined);
      await sleep(300);
    },
  };
  const { result, episodes } = await play({ episodes: [change, harm], requests: 800, say: (text) => said.push(text) });
  const [first, second] = episodes;
  assert.ok(first && second);
  assert.ok(result.requests >= 800);
  assert.deepEqual([first.before, first.after, first.lost], ["prod-pr-1.1", "prod-pr-2.2", 0]);
  const { switched = 0, switchSeconds = NaN } = first;
  assert.ok(switched > first.from + 0.29 && switched < first.to + 0.5, JSON.stringify(first));
  assert.ok(switchSeconds < 0.2, `${switchSeconds} s`);
  assert.deepEqual([second.before, second.after, second.lost], ["prod-pr-2.2", "prod-pr-2.2", 3]);
  assert.deepEqual([second.switched, second.switchSeconds], [undefined, undefined]);
  assert.equal(result.lost, 3);
  assert.deepEqual(
    said.map((text) => text.replace(/[\d.]+ s/, "N s")),
    ["change begins", "change is over after N s, 0 lost so far", "harm begins", said[3]?.replace(/[\d.]+ s/, "N s")],
  );
  assert.match(episodeTable(episodes), /\| change +\| .* \| prod-pr-1\.1 +\| prod-pr-2\.2 \|/);
});

test("after an episode that fails no other is played", async () => {
  const { episodes } = await play({
    requests: 100_000,
    episodes: [
      { name: "fails", play: () => Promise.reject(new Error("in this way")) },
      { name: "never", play: () => Promise.resolve() },
    ],
  });
  assert.deepEqual(
    episodes.map(({ name, error }) => [name, error]),
    [["fails", "in this way"]],
  );
  assert.match(episodeTable(episodes), /^\| fails .* \| failed \|\n\nfails failed:\nin this way$/m);
});
