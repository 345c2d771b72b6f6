import assert from "node:assert/strict";
import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { liveEntry, type Step } from "../../src/cluster/ledger.ts";
import { isTurning } from "../../src/delivery/admission.ts";
import { expectOrder, started } from "./order.ts";
import { kill } from "./process.ts";
import { prepareProd } from "./prod.ts";
import { answering, ledger, promote, type Promoted, releasesThere, sgw, startSgw } from "./sgw.ts";
import { watchSite } from "./watch.ts";
import { eventually } from "./world.ts";

/**
 * What happens to a promotion: its process is killed or is asked to stop, alone or with all that works for it, or a plugin
 * is killed. Ctrl-C at a terminal reaches the whole process group, an abort by Jenkins every process of the build.
 */
export type Blow = "kill -9" | Stop | "kill -9 of the provider";
type Stop = "SIGINT" | "SIGTERM" | "Ctrl-C" | "abort by Jenkins";

/** When it happens: after a part of the time that a promotion takes, or so long after it has come to a step. */
export type Moment = { readonly part: number } | { readonly step: Step; readonly seconds: number };

export function momentText(moment: Moment): string {
  return "step" in moment
    ? `${moment.seconds} s after ${moment.step} began`
    : `at ${percent(moment.part)} of a promotion`;
}

function percent(part: number): string {
  return `${Math.round(part * 1000) / 10} %`;
}

interface Strike {
  readonly blow: Blow;
  readonly moment: Moment;
  readonly turns: Turns;
  readonly say: (text: string) => void;
}

export interface Interruption extends Strike {
  /** What is promoted next: the pull request that was interrupted, or the one that was live before. */
  readonly next: "same" | "other";
}

export interface Turns {
  /** Releases of other files, which nobody touches. */
  readonly others: readonly string[];
  /** How long an undisturbed turn takes, as far as is known: less when the machine has less to do. */
  seconds: number;
  /** The steps at which the ledger had what was interrupted. */
  readonly struck: Set<Step>;
}

/** Brings two pull requests so far that they can take turns in PROD, and measures how long an undisturbed turn takes. */
export async function takeTurns(): Promise<Turns> {
  const others = await prepareProd([41, 42]);
  await promote("prod", "--pr", "41", "--revive");
  const took = stopwatch();
  await promote("prod", "--pr", "42", "--revive");
  return { others, seconds: took(), struck: new Set() };
}

function stopwatch(): () => number {
  const began = performance.now();
  return () => (performance.now() - began) / 1000;
}

const otherThan = (pr: number | undefined) => (pr === 41 ? 42 : 41);

/**
 * Interrupts a promotion to PROD and promotes again: then exactly that release is there, users reach it, nothing is left
 * over, and one of the two has answered all the time.
 */
export function interrupt(interruption: Interruption): Promise<void> {
  return watched(() => strikeAndResume(interruption));
}

/** Does what is told of afterwards, while the site is asked all the time: one of the two has to answer. */
async function watched(work: () => Promise<string>): Promise<void> {
  const watch = watchSite((release) => /^prod-pr-4[12]\.\d+$/.test(release));
  const about = await work().finally(watch.end);
  assert.deepEqual(await watch.end(), [], about);
}

async function strikeAndResume(interruption: Interruption): Promise<string> {
  const { pr, about } = await strikeOne(interruption);
  const left = (await ledger("prod")).filter(({ step }) => step !== "done");
  for (const { step } of left) interruption.turns.struck.add(step);
  const wanted = interruption.next === "same" ? pr : otherThan(pr);
  const { stdout, stderr } = await sgw(["promote", "prod", "--pr", String(wanted), "--revive", "--yes", "--json"]);
  const { stack, generation } = JSON.parse(stdout) as Promoted;
  assert.equal(stack, `prod-pr-${wanted}`, about);
  const entries = await ledger("prod");
  for (const one of left) {
    const fate = entries.find((entry) => entry.generation === one.generation)?.outcome;
    if (one.pr !== wanted) {
      assert.match(fate ?? "", /^(failed|destroyed)$/, about);
      if (isTurning(one)) assert.match(stderr, /users reach prod-pr-\d+\.\d+ again/, about);
    }
    // It went on and did not begin anew.
    else if (one.step !== "undo") assert.equal(generation, one.generation, about);
  }
  await expectAlone(stack, generation, interruption.turns, about);
  return about;
}

/** Kills a promotion while users are led to it and rolls back: that ends with what was live before, and goes no further. */
export function interruptSwitch(turns: Turns, say: (text: string) => void): Promise<void> {
  return watched(() => rollSwitchBack(turns, say));
}

async function rollSwitchBack(turns: Turns, say: (text: string) => void): Promise<string> {
  const { about } = await strikeOne({ blow: "kill -9", moment: { step: "switch", seconds: 1 }, turns, say });
  const entries = await ledger("prod");
  const live = liveEntry(entries);
  assert.ok(live !== undefined && entries.some(isTurning), about);
  const { stdout } = await sgw(["rollback", "prod", "--yes", "--json"]);
  const { stack, generation } = JSON.parse(stdout) as Promoted;
  assert.deepEqual([stack, generation], [`prod-pr-${live.pr}`, live.generation], about);
  await expectAlone(stack, generation, turns, about);
  return about;
}

/** Users reach that release, and no other of PROD is left. */
async function expectAlone(stack: string, generation: number, { others }: Turns, about: string): Promise<void> {
  assert.equal(await answering(stack), `${stack}.${generation}`, about);
  const there = await releasesThere();
  assert.deepEqual(
    there.filter((name) => !others.includes(name)),
    [stack],
    about,
  );
  await expectOrder(stack, about);
}

/** Kills a rollback when users reach the release it brings back, and rolls back again: that goes no release further. */
export function interruptRollback(): Promise<void> {
  return watched(killRollback);
}

async function killRollback(): Promise<string> {
  const wanted = otherThan(liveEntry(await ledger("prod"))?.pr);
  const child = startSgw(["rollback", "prod", "--yes"]);
  const ended = once(child, "exit");
  const said = collect(child);
  await eventually("the rollback removes what it replaced", async () => {
    assert.equal((await ledger("prod")).at(-1)?.step, "retire", said());
  });
  child.kill("SIGKILL");
  await ended;
  const { stdout } = await sgw(["rollback", "prod", "--yes", "--json"]);
  assert.equal((JSON.parse(stdout) as Promoted).stack, `prod-pr-${wanted}`);
  await expectOrder(`prod-pr-${wanted}`, said());
  return said();
}

/** Strikes a promotion while it is under way: one that had ended before is followed by another, struck earlier. */
async function strikeOne({ blow, moment, turns, say }: Strike): Promise<{ pr: number; about: string }> {
  for (let tries = 0; tries < 4; tries++) {
    const took = stopwatch();
    const pr = otherThan(liveEntry(await ledger("prod"))?.pr);
    const child = startSgw(["promote", "prod", "--pr", String(pr), "--revive", "--yes"]);
    const ended = once(child, "exit");
    const said = collect(child);
    await Promise.race([reach(moment, child, turns), ended]);
    const seconds = took().toFixed(1);
    const isHit = await strike(child, blow);
    await ended;
    const end = child.signalCode ?? `exit code ${child.exitCode}`;
    const about = `${blow} ${momentText(moment)}, after ${seconds} s, ${end}\n${said()}`;
    if (isHit && ends[blow].includes(end)) return { pr, about };
    assert.equal(end, "exit code 0", about);
    say(`the promotion ended before ${blow} after ${seconds} s could strike it: strikes another one earlier`);
    turns.seconds = Math.min(took(), turns.seconds * 0.95);
  }
  return assert.fail(`${blow}: every promotion ended before`);
}

/** Waits until a promotion has come so far, or has ended. */
async function reach(moment: Moment, child: ChildProcess, turns: Turns): Promise<void> {
  if ("part" in moment) return sleep(moment.part * turns.seconds * 1000);
  while (isRunning(child) && (await ledger("prod")).at(-1)?.step !== moment.step) await sleep(100);
  await sleep(moment.seconds * 1000);
}

/** How a command ends that was struck; without its provider it may have tried again, or taken the release back. */
const ends: Readonly<Record<Blow, readonly string[]>> = {
  "kill -9": ["SIGKILL"],
  SIGINT: ["exit code 130"],
  SIGTERM: ["exit code 130"],
  "Ctrl-C": ["exit code 130"],
  "abort by Jenkins": ["exit code 130"],
  "kill -9 of the provider": ["exit code 0", "exit code 1"],
};

/** Whether there was anything to strike. */
async function strike(child: ChildProcess, blow: Blow): Promise<boolean> {
  const { pid } = child;
  if (!isRunning(child) || pid === undefined) return false;
  switch (blow) {
    case "kill -9":
      return child.kill("SIGKILL");
    case "SIGINT":
    case "SIGTERM":
      return child.kill(blow);
    case "Ctrl-C":
      kill([-pid], "SIGINT");
      return true;
    case "abort by Jenkins":
      kill([pid, ...started().map((one) => one.pid)], "SIGTERM");
      return true;
    case "kill -9 of the provider":
      return strikeProvider(child);
  }
}

/** Waits for a provider to be there. */
async function strikeProvider(child: ChildProcess): Promise<boolean> {
  while (isRunning(child)) {
    const providers = started().filter(({ command }) => command.includes("pulumi-resource-docker"));
    kill(
      providers.map(({ pid }) => pid),
      "SIGKILL",
    );
    if (providers.length > 0) return true;
    await sleep(20);
  }
  return false;
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** All that a process has said up to now. */
export function collect(child: ChildProcess): () => string {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
  }
  return () => lines.join("");
}
