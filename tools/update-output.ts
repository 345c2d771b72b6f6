/** What Pulumi prints in an update, condensed: a line now and then while it goes well, everything that matters when it does not. */
export class UpdateOutput {
  readonly #lines: string[] = [];
  readonly #inProgress = new Set<string>();
  #finished = 0;
  #remark: string | undefined;

  add(line: string): void {
    this.#lines.push(line);
    const event = parseEvent(line);
    if (event === undefined) return;
    // The gate's own words, without the state of each service.
    if (event.remark?.startsWith("waiting for ") === true) this.#remark = event.remark.replaceAll(/ \([^)]*\)/g, "");
    // The stack itself and our components are in progress all the time.
    if (/^(?:pulumi:pulumi:Stack$|studygiveway:)/.test(event.type)) return;
    const key = `${event.type} ${event.name}`;
    if (!event.isFinished) this.#inProgress.add(key);
    else if (this.#inProgress.delete(key)) this.#finished += 1;
  }

  /** One line about now. */
  get status(): string {
    if (this.#inProgress.size === 0 && this.#remark !== undefined) return this.#remark;
    const names = [...this.#inProgress].map((key) => key.split(" ")[1] ?? key);
    const shown = names.slice(0, 3).join(", ");
    const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
    return `${this.#finished} resources done${names.length === 0 ? "" : `, now ${shown}${more}`}`;
  }

  /** What changed, in Pulumi's words: "3 created, 61 unchanged". */
  get summary(): string {
    const start = this.#lines.lastIndexOf("Resources:");
    const block = start === -1 ? [] : this.#lines.slice(start + 1);
    const counts = block.flatMap((line) => [...line.matchAll(/\d+ (?!changes)[a-z]+/g)].map(([count]) => count));
    return counts.length === 0 ? "nothing to do" : counts.join(", ");
  }

  /** Why it failed: the diagnostics in full, or the end of the output where there are none. */
  get failure(): string {
    const start = this.#lines.lastIndexOf("Diagnostics:");
    const told = start === -1 ? this.#lines.slice(-30) : this.#lines.slice(start + 1);
    return told.filter((line) => !/warning: using pulumi-resource-\w+ from \$PATH/.test(line)).join("\n");
  }
}

interface Event {
  readonly type: string;
  readonly name: string;
  readonly isFinished: boolean;
  readonly remark: string | undefined;
}

/** A line like ` +  random:index:RandomPassword p1 creating (0s) remark`. */
export function parseEvent(line: string): Event | undefined {
  const match =
    /^\s[^\s\w]*\s+([\w-]+:[\w/]+:\w+) (\S+) (?:\w+ )?(\w+(?:ing|ed)|\*\*[\w ]+\*\*)(?: \([\d.]+\w+\))?(?: (.*))?$/.exec(
      line,
    );
  if (match === null) return undefined;
  const [, type = "", name = "", verb = "", remark] = match;
  return { type, name, isFinished: !verb.endsWith("ing"), remark: remark === "" ? undefined : remark };
}
