import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { test } from "node:test";
import { childrenOf, endChildren, holderVariable, isDead, isRunning, thisHolder } from "../../src/delivery/holder.ts";
import { isAboutGoneLock, isLeft, isStale, parseLocks } from "../../src/delivery/lock.ts";

const said = `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///state/.pulumi/locks/organization/p/s/0c.json: created by root@builder (pid 4711) at 2024-05-02T10:00:00Z`;

test("who holds a lock is read from what Pulumi says", () => {
  assert.deepEqual(parseLocks(said), [{ host: "builder", pid: 4711, at: new Date("2024-05-02T10:00:00Z") }]);
  assert.deepEqual(parseLocks("another error"), []);
});

test("a lock that went while Pulumi looked at it is told from other errors", () => {
  const gone = 'error: blob (key ".pulumi/locks/organization/p/s/0c.json") (code=NotFound): open 0c.json: no such file';
  assert.equal(isAboutGoneLock(new Error(gone)), true);
  assert.equal(isAboutGoneLock(new Error(gone.replace("locks", "stacks"))), false);
  assert.equal(isAboutGoneLock(new Error(said)), false);
});

test("a lock of this machine is stale when its process has ended, or is another one by now", () => {
  const lock = { host: hostname(), pid: process.pid, at: new Date() };
  assert.equal(isStale(lock), false);
  assert.equal(isStale({ ...lock, at: new Date(Date.now() - 86_400_000) }), true);
  assert.equal(isStale({ ...lock, pid: 2 ** 22 + 1 }), true);
});

test("a lock of another machine is stale only when no update could have lasted so long", () => {
  const at = new Date("2024-05-02T10:00:00Z");
  const lock = { host: "another", pid: 1, at };
  assert.equal(isStale(lock, at.getTime() + 3_000_000), false);
  assert.equal(isStale(lock, at.getTime() + 3_700_000), true);
});

test("a lock of another machine is left behind when its deployer was taken over from, and made it", () => {
  const at = new Date("2024-05-02T10:00:00Z");
  const lock = { host: "another", pid: 1, at };
  const since = new Date("2024-05-02T09:59:00Z");
  assert.equal(isLeft(lock, []), false);
  assert.equal(isLeft(lock, [{ host: "another", since }]), true);
  assert.equal(isLeft(lock, [{ host: "a third", since }]), false);
  // Somebody's plain `pulumi up` from before.
  assert.equal(isLeft({ ...lock, at: new Date("2024-05-02T09:58:00Z") }, [{ host: "another", since }]), false);
});

test("a holder is dead when its process has ended, and unknown on another machine", () => {
  const { process: own } = thisHolder();
  const [host, boot, pid, start] = own.split(" ");
  assert.equal(isDead(own), false);
  assert.equal(isDead([host, boot, pid, `${start ?? ""}1`].join(" ")), true);
  assert.equal(isDead([host, "another-boot", pid, start].join(" ")), false);
  assert.equal(isDead(["another", boot, pid, "1"].join(" ")), false);
});

test("what a dead holder started is found and ended, and nothing else", async () => {
  const env = { ...process.env, [holderVariable]: "holder-of-this-test" };
  const child = spawn("sleep", ["60"], { env });
  const other = spawn("sleep", ["60"], { env: { ...env, [holderVariable]: "another" } });
  await Promise.all([once(child, "spawn"), once(other, "spawn")]);
  assert.deepEqual(childrenOf("holder-of-this-test"), [child.pid]);
  const ended = once(child, "exit");
  assert.equal(await endChildren("holder-of-this-test"), 1);
  await ended;
  assert.equal(isRunning(other.pid ?? 0), true);
  other.kill("SIGKILL");
});
