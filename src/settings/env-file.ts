import { parse } from "dotenv";
import { type Problem } from "./problem.ts";

export interface Entry {
  readonly value: string;
  readonly line: number;
}

interface EnvFile {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly problems: readonly Problem[];
}

const greatestFile = 65_536;
const greatestLine = 4096;

/**
 * Reads a .env file. dotenv skips what it does not understand and cuts what it half understands,
 * so each line is first checked to mean to it what it means to the reader. No text of a line is ever
 * shown: any of them may hold a credential.
 */
export function readEnvFile(name: string, bytes: Uint8Array): EnvFile {
  const text = decode(name, bytes);
  if (typeof text !== "string") return { entries: new Map(), problems: [text] };
  const entries = new Map<string, Entry>();
  const problems: Problem[] = [];
  for (const [index, content] of text.split(/\r\n|\r|\n/).entries()) {
    const line = index + 1;
    const path = `${name}:${line}`;
    const assignment = /^\s*(?:export\s+)?([\w.-]+)\s*=(.*)$/.exec(content);
    const [, key = "", raw = ""] = assignment ?? [];
    const fault = content.length > greatestLine ? tooLong(content) : assignment ? valueFault(raw) : lineFault(content);
    const first = entries.get(key)?.line;
    if (fault) problems.push({ path: key === "" ? path : `${key.slice(0, 60)} (${path})`, ...fault });
    else if (first !== undefined) problems.push({ path: `${key} (${path})`, ...twice(first) });
    else if (assignment) entries.set(key, { value: parse(content)[key] ?? "", line });
  }
  return { entries, problems };
}

/**
 * The text of a .env file that means these variables. A value that no line can hold (more than one line, both kinds of
 * quotes) comes back as another, or as a problem.
 */
export function envFileText(variables: Readonly<Record<string, string>>): string {
  const quote = (value: string) => (value.includes("'") ? '"' : "'");
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quote(value)}${value}${quote(value)}\n`)
    .join("");
}

type Fault = Omit<Problem, "path">;

function decode(name: string, bytes: Uint8Array): string | Problem {
  const utf8 = "save the file as UTF-8 without anything binary in it";
  if (bytes.length > greatestFile) {
    const expected = `${greatestFile} at most`;
    return { path: name, got: `${bytes.length} bytes`, expected, remedy: "check that it is the right file" };
  }
  if (bytes.includes(0)) return { path: name, got: "a NUL byte", expected: "text", remedy: utf8 };
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { path: name, got: "bytes that are not UTF-8", expected: "text", remedy: utf8 };
  }
}

function tooLong(content: string): Fault {
  const expected = `${greatestLine} at most`;
  return { got: `a line of ${content.length} characters`, expected, remedy: "shorten it" };
}

function twice(first: number): Fault {
  return {
    got: "the name a second time",
    expected: "it once",
    remedy: `keep this line or line ${first}`,
  };
}

function lineFault(content: string): Fault | undefined {
  if (/^\s*(?:#.*)?$/.test(content)) return undefined;
  return {
    got: "a line that is not NAME=value",
    expected: "NAME=value, a comment or nothing",
    remedy: "keep each value on one line and put # before a comment",
  };
}

function valueFault(raw: string): Fault | undefined {
  const value = raw.trim();
  if (/`|\$\(|\$\{/.test(value)) {
    return {
      got: "`...`, $(...) or ${...}",
      expected: "the value itself",
      remedy: "write out what it should become: nothing is expanded or executed here",
    };
  }
  const quote = /^["']/.exec(value)?.[0];
  return quote === undefined ? unquotedFault(value) : quotedFault(value, quote);
}

function quotedFault(value: string, quote: string): Fault | undefined {
  const end = value.indexOf(quote, 1);
  if (end === -1) {
    return { got: "an unclosed quote", expected: `${quote} at both ends`, remedy: "close it on the same line" };
  }
  if (!/^\s*(?:#.*)?$/.test(value.slice(end + 1))) {
    return {
      got: "text after the closing quote",
      expected: "nothing there",
      remedy: "put all of the value into quotes",
    };
  }
  if (quote === '"' && value.slice(1, end).includes("\\")) {
    return {
      got: "a backslash in double quotes",
      expected: "none",
      remedy: "use single quotes, which keep it as it is",
    };
  }
  return undefined;
}

function unquotedFault(value: string): Fault | undefined {
  const comment = value.search(/(?:^|\s)#/);
  const kept = comment === -1 ? value : value.slice(0, comment);
  if (kept.includes("#")) {
    return {
      got: "# inside a value",
      expected: "quotes around it",
      remedy: "put the value into single quotes, or a space before a comment",
    };
  }
  // Quotes that do not begin the value are part of it to dotenv and not to a shell.
  if (/["']/.test(kept)) {
    return {
      got: "a quote inside a value",
      expected: "none",
      remedy: "put the whole value into quotes of the other kind",
    };
  }
  return undefined;
}
