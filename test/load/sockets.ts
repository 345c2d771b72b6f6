import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, NotOpened, open } from "./connection.ts";
import { type Plan } from "./plan.ts";
import { now, type Tally } from "./tally.ts";

/** The server asks to come back, maybe elsewhere: what a release says before it goes. */
const restart = 1012;
const normal = 1000;
const echoEveryMs = 1000;
const retryMs = 250;

/** Visitors who stay connected, each saying something once a second. */
export interface Sockets {
  /** No one says anything new; ends when all were answered and have said goodbye. */
  readonly stop: () => Promise<void>;
}

export function openSockets(plan: Plan, tally: Tally): Sockets {
  const visitors = Array.from({ length: plan.sockets }, (_, index) => new Visitor(plan, tally, index));
  return {
    stop: async () => {
      await Promise.all(visitors.map((visitor) => visitor.leave()));
    },
  };
}

interface Message {
  readonly text: string;
  readonly settle: ReturnType<Tally["send"]>;
  readonly patience: NodeJS.Timeout;
}

class Visitor {
  private readonly plan: Plan;
  private readonly tally: Tally;
  private readonly messages: Message[] = [];
  private readonly clock: NodeJS.Timeout;
  private readonly life: Promise<void>;
  private connection: Connection | undefined;
  private isLeaving = false;
  private count = 0;

  constructor(plan: Plan, tally: Tally, index: number) {
    this.plan = plan;
    this.tally = tally;
    this.life = this.live((index * echoEveryMs) / plan.sockets);
    this.clock = setInterval(() => {
      this.say(`${index}.${++this.count}`);
    }, echoEveryMs);
  }

  /** Answered or given up, the last message ends first. */
  async leave(): Promise<void> {
    clearInterval(this.clock);
    this.isLeaving = true;
    while (this.messages.length > 0) await sleep(20);
    this.connection?.close();
    await this.life;
  }

  private async live(delayMs: number): Promise<void> {
    await sleep(delayMs);
    // With messages that wait for an answer, there is a reason to come back even then.
    while (!this.isLeaving || this.messages.length > 0) if (!(await this.visit())) await sleep(retryMs);
  }

  /** From one opening to its end; says whether it was opened. */
  private async visit(): Promise<boolean> {
    const settle = this.tally.send("socket");
    const ended = Promise.withResolvers<number | undefined>();
    const listener = { onText: this.hear.bind(this), onEnd: ended.resolve };
    let connection: Connection;
    try {
      connection = await open(this.plan, listener);
    } catch (error) {
      settle({ lost: error instanceof NotOpened ? error.message : String(error) });
      return false;
    }
    const at = now();
    const { release } = connection;
    this.connection = connection;
    // Neither side knows whether the other heard what it said last; an echo may be asked for twice.
    for (const { text } of this.messages) connection.send(text);
    if (this.isLeaving && this.messages.length === 0) connection.close();
    const code = await ended.promise;
    this.connection = undefined;
    if (code === restart) this.tally.restarts++;
    const isRight = code === restart || (code === normal && this.isLeaving);
    settle(isRight ? { release, at } : { lost: code === undefined ? "hung up" : `closed ${code}`, release });
    // Only a server that says so may leave a message without an answer.
    if (!isRight) this.giveUp("hung up");
    return true;
  }

  private say(text: string): void {
    const settle = this.tally.send("echo");
    const patience = setTimeout(() => {
      this.giveUp("timeout", text);
    }, this.plan.patience * 1000);
    this.messages.push({ text, settle, patience });
    this.connection?.send(text);
  }

  private hear(text: string): void {
    const index = this.messages.findIndex((message) => message.text === text);
    const [message] = index === -1 ? [] : this.messages.splice(index, 1);
    // An echo of what was said twice.
    if (message === undefined) return;
    clearTimeout(message.patience);
    message.settle({ release: this.connection?.release });
  }

  private giveUp(reason: string, only?: string): void {
    const given = this.messages.filter(({ text }) => only === undefined || text === only);
    for (const message of given) {
      this.messages.splice(this.messages.indexOf(message), 1);
      clearTimeout(message.patience);
      message.settle({ lost: reason, release: this.connection?.release });
    }
  }
}
