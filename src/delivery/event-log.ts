import { type EngineEvent } from "@pulumi/pulumi/automation/index.js";

const pulseMs = 5000;

/** What an update says of itself, condensed: a line now and then while it goes well, everything that matters if not. */
export class EventLog {
  readonly #inProgress = new Set<string>();
  readonly #errors: string[] = [];
  readonly #timer: NodeJS.Timeout;
  #finished = 0;
  #remark: string | undefined;
  #said = "";
  #changes: Readonly<Record<string, number>> = {};

  constructor(say: (text: string) => void) {
    this.#timer = setInterval(() => {
      if (this.status === this.#said) return;
      this.#said = this.status;
      say(this.status);
    }, pulseMs);
    this.#timer.unref();
  }

  add({ resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent }: EngineEvent): void {
    const begun = resourcePreEvent?.metadata;
    const ended = resOutputsEvent?.metadata ?? resOpFailedEvent?.metadata;
    if (begun !== undefined && begun.op !== "same" && isOurs(begun.type)) this.#inProgress.add(nameOf(begun.urn));
    if (ended !== undefined && this.#inProgress.delete(nameOf(ended.urn))) this.#finished += 1;
    if (summaryEvent !== undefined) this.#changes = summaryEvent.resourceChanges;
    if (diagnosticEvent !== undefined) this.#diagnose(diagnosticEvent);
  }

  #diagnose({ message, severity, ephemeral, urn }: NonNullable<EngineEvent["diagnosticEvent"]>): void {
    const text = message.replaceAll(/<\{%.*?%\}>/g, "").trim();
    // The gate's own words, without the state of each service.
    if (text.startsWith("waiting for ")) this.#remark = text.replaceAll(/ \([^)]*\)/g, "");
    if (severity !== "error" || ephemeral === true || text === "" || text === "update failed") return;
    const about = urn === undefined || urn === "" || urn.includes("pulumi:pulumi:Stack") ? "" : `${nameOf(urn)}: `;
    this.#errors.push(`${about}${text}`);
  }

  /** One line about now. */
  get status(): string {
    if (this.#inProgress.size === 0 && this.#remark !== undefined) return this.#remark;
    const names = [...this.#inProgress];
    const shown = names.slice(0, 3).join(", ");
    const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
    return `${this.#finished} resources done${names.length === 0 ? "" : `, now ${shown}${more}`}`;
  }

  /** What changed: "3 created, 2 updated". */
  get summary(): string {
    const words: Readonly<Record<string, string>> = {
      create: "created",
      update: "updated",
      replace: "replaced",
      delete: "deleted",
    };
    const counts = Object.entries(this.#changes).flatMap(([op, count]) =>
      words[op] === undefined || count === 0 ? [] : [`${count} ${words[op]}`],
    );
    return counts.length === 0 ? "nothing to do" : counts.join(", ");
  }

  /** Why it failed, in full. */
  get failure(): string | undefined {
    return this.#errors.length === 0 ? undefined : [...new Set(this.#errors)].join("\n");
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

// The stack itself and our components are in progress all the time.
function isOurs(type: string): boolean {
  return type !== "pulumi:pulumi:Stack" && !type.startsWith("studygiveway:");
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
