import assert from "node:assert/strict";
import { domain, https, taskIds } from "./world.ts";

/** What the releases of PROD borrow: it stays where it is, and so does what is in it. */
export class Lent {
  readonly #tasks: string[][];
  /** Visits that the database has counted. */
  #visits = 0;

  private constructor(tasks: string[][]) {
    this.#tasks = tasks;
  }

  static async read(): Promise<Lent> {
    return new Lent(await tasks());
  }

  /** The same tasks run, and the live release counts on where the one before has stopped. */
  async expectKept(): Promise<void> {
    assert.deepEqual(await tasks(), this.#tasks);
    const { body } = await https({ host: domain, path: "/visits", method: "POST", body: "visit" });
    const { visits } = JSON.parse(body) as { visits: number };
    assert.ok(visits > this.#visits, `${body} after ${this.#visits}`);
    this.#visits = visits;
  }
}

function tasks(): Promise<string[][]> {
  return Promise.all(["platform", "prod-data"].map(taskIds));
}
