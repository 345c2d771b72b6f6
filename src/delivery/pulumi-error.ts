/** Pulumi could not be asked; the message is what it said. */
export class PulumiError extends Error {
  override readonly name = "PulumiError";
  /** What Pulumi said, and nothing else. */
  readonly words: string;

  constructor(error: unknown) {
    const words = wordsOf(error);
    super(`pulumi failed, sgw doctor names what is wrong:\n${words}`);
    this.words = words;
  }
}

const mostLines = 40;
/** The Automation API's own words, and what it says a second time. */
const frame = /^code: -?\d+$|^ (?:stdout|stderr): (?:Command failed with exit code \d+: .*$)?|\n err\?: [^]*$/gm;

/** What Pulumi said, its end; addresses without the passwords in them, such as that of a backend in a database. */
export function wordsOf(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replaceAll(frame, "");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return withoutPasswords(lines.slice(-mostLines).join("\n"));
}

/** Also of addresses that are none, as Pulumi quotes them whole: a password with a slash in it, or a quote. */
export function withoutPasswords(text: string): string {
  return text
    .replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:"']+:[^\s"]*@/gi, "$1****@")
    .replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/"']*@/gi, "$1****@")
    .replaceAll(/([?&][a-z_-]*(?:password|secret|token)=)[^\s&"']+/gi, "$1****");
}
