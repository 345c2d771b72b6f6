import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { afterEach, mock, test } from "node:test";
import { thisHolder } from "../../src/delivery/holder.ts";
import { HeldLease } from "../../src/delivery/held-lease.ts";
import { expirySeconds, readLeases } from "../../src/delivery/lease.ts";
import { Swarm } from "./swarm.ts";

const patience = (waitSeconds: number, said: string[] = []) => ({
  waitSeconds,
  watchSeconds: 0,
  say: (text: string) => {
    said.push(text);
  },
});

/** One of another machine, of which nobody here knows whether it lives. */
function stranger(id: string) {
  return { id, by: `root@${id}`, process: `${id} boot 1 1` };
}

test("of many that want it at once one gets it, then the next", async () => {
  const { engine } = new Swarm();
  const holders = Array.from({ length: 8 }, (_, index) => stranger(`holder-${index}`));
  const inside = { count: 0, most: 0, all: 0 };
  await Promise.all(
    holders.map(async (holder) => {
      const lease = await HeldLease.take(engine, "prod", holder, patience(60));
      inside.most = Math.max(inside.most, ++inside.count);
      inside.all += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside.count -= 1;
      await lease.release();
    }),
  );
  assert.deepEqual(inside, { count: 0, most: 1, all: 8 });
  assert.deepEqual(await readLeases(engine), []);
});

test("environments do not wait for each other", async () => {
  const { engine } = new Swarm();
  const prod = await HeldLease.take(engine, "prod", stranger("one"), patience(0));
  const qa = await HeldLease.take(engine, "qa", stranger("two"), patience(0));
  assert.deepEqual(
    (await readLeases(engine)).map(({ environment, by }) => `${environment} ${by}`),
    ["qa root@two", "prod root@one"],
  );
  await Promise.all([prod.release(), qa.release()]);
});

test("who waits in vain is told who holds it", async () => {
  const { engine } = new Swarm();
  const lease = await HeldLease.take(engine, "qa", stranger("one"), patience(0));
  const said: string[] = [];
  await assert.rejects(
    HeldLease.take(engine, "qa", stranger("two"), patience(0.1, said)),
    /lease of qa: got root@one since .*, last heard of 0 s ago, expected it to be free within 0.1 s/,
  );
  assert.deepEqual(said, ["waits for root@one, who holds the lease of qa"]);
  await lease.release();
});

test("who was not heard of for long enough is taken over from, by the clock of the Engine", async () => {
  const swarm = new Swarm();
  const first = await HeldLease.take(swarm.engine, "qa", stranger("one"), patience(0));
  swarm.now += (expirySeconds - 1) * 1000;
  await assert.rejects(HeldLease.take(swarm.engine, "qa", stranger("two"), patience(0)));
  swarm.now += 2000;
  const second = await HeldLease.take(swarm.engine, "qa", stranger("two"), patience(0));
  assert.equal(second.dead?.by, "root@one");
  // The first has not noticed yet; giving back what is no longer its own must not free it.
  await first.release();
  assert.deepEqual(
    (await readLeases(swarm.engine)).map(({ by }) => by),
    ["root@two"],
  );
  await second.release();
});

test("who is silent only because clocks differ is not taken over from", async () => {
  const swarm = new Swarm();
  const lease = await HeldLease.take(swarm.engine, "qa", stranger("one"), patience(0));
  swarm.now += 3_600_000;
  const { signal } = { signal: AbortSignal.timeout(4500) };
  // It makes itself heard every three seconds.
  await assert.rejects(
    HeldLease.take(swarm.engine, "qa", stranger("two"), { ...patience(60), watchSeconds: 4, signal }),
    /aborted/,
  );
  assert.equal(lease.lost.aborted, false);
  await lease.release();
});

test("who died on this machine is taken over from at once", async () => {
  const { engine } = new Swarm();
  const { status, stdout } = spawnSync(process.execPath, [
    "-e",
    "const { thisHolder } = await import(process.argv[1]); console.log(JSON.stringify(thisHolder()))",
    import.meta.resolve("../../src/delivery/holder.ts"),
  ]);
  assert.equal(status, 0);
  const dead = JSON.parse(stdout.toString()) as ReturnType<typeof thisHolder>;
  const left = await HeldLease.take(engine, "qa", dead, patience(0));
  const said: string[] = [];
  const taken = await HeldLease.take(engine, "qa", thisHolder(), patience(0, said));
  assert.match(said.join(), /takes the lease of qa over from .*, which died/);
  await Promise.all([left.release(), taken.release()]);
});

/** Time goes on only when told; the heart beats every three seconds. */
async function atNextBeat(lease: HeldLease, before: () => void = () => undefined): Promise<boolean> {
  before();
  mock.timers.tick(3000);
  // The beat asks the Engine several times.
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  return lease.lost.aborted;
}

async function held(swarm: Swarm): Promise<HeldLease> {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.now() });
  return HeldLease.take(swarm.engine, "qa", stranger("one"), patience(0));
}

afterEach(() => {
  mock.timers.reset();
});

test("a process that was stopped for long knows at its first heartbeat that it has lost the lease", async () => {
  const swarm = new Swarm();
  const lease = await held(swarm);
  assert.equal(await atNextBeat(lease), false);
  const isLost = await atNextBeat(lease, () => {
    mock.timers.setTime(Date.now() + 25_000);
  });
  assert.equal(isLost, true);
});

test("who finds the record gone has lost the lease, and does not make another", async () => {
  const swarm = new Swarm();
  const lease = await held(swarm);
  const isLost = await atNextBeat(lease, () => {
    swarm.configs.length = 0;
  });
  assert.equal(isLost, true);
  await lease.release();
  assert.deepEqual(swarm.configs, []);
});

test("who is stopped within a heartbeat does not take the record of its successor for its own", async () => {
  const swarm = new Swarm();
  const lease = await held(swarm);
  swarm.afterUpdate = () => {
    swarm.afterUpdate = undefined;
    const [config] = swarm.configs;
    assert.ok(config);
    config.Spec.Labels = { ...config.Spec.Labels, "studygiveway.lease.holder": "two" };
    config.Version = { Index: config.Version.Index + 1 };
  };
  assert.equal(await atNextBeat(lease), true);
  await lease.release();
  assert.equal(swarm.configs[0]?.Spec.Labels["studygiveway.lease.holder"], "two");
});
