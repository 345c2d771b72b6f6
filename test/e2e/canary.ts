/** A secret, and every text that would give it away. */
export interface Canary {
  readonly name: string;
  readonly traces: readonly string[];
}

/** What a secret looks like in plain text, in a URL, in JSON, and inside of anything written as base64. */
export function canary(name: string, secret: string): Canary {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.from(" ".repeat(shift) + secret).toString("base64");
    // The characters at both ends depend on what stands beside the secret.
    return text.slice(shift === 0 ? 0 : shift + 1).replace(/.?.?.=*$/, "");
  });
  const traces = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...base64];
  const safe = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return { name, traces: [...new Set([...traces, ...safe])] };
}

/** The names of those that a text gives away. */
export function given(text: string, canaries: readonly Canary[]): string[] {
  return canaries.filter(({ traces }) => traces.some((trace) => text.includes(trace))).map(({ name }) => name);
}
