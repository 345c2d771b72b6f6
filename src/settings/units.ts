import { isIP } from "node:net";

const seconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const duration = /^([1-9][0-9]{0,6})([smhd])$/;

/** Seconds of "90s", "15m", "6h" or "1d"; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = duration.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * seconds[unit as keyof typeof seconds];
}

/** An integer written without sign, spaces, leading zeros or exponent. */
export function parseInteger(text: string): number | undefined {
  return /^(?:0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : undefined;
}

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const dnsName = new RegExp(`^(?:${label}\\.)+${label}$`);

/** A lower-case DNS name of two labels or more that nobody can take for an address. */
export function isDomain(text: string): boolean {
  return dnsName.test(text) && !/(?:^|\.)[0-9]+$/.test(text);
}

/** An address or a network in CIDR notation, version 4 or 6. */
export function isNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || address.includes("%") || rest.length > 0) return false;
  const length = prefix === undefined ? 0 : parseInteger(prefix);
  return length !== undefined && length <= (version === 4 ? 32 : 128);
}

const component = "[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*";
const registry = `(?:localhost|[a-zA-Z0-9-]+(?:\\.[a-zA-Z0-9-]+)+|[a-zA-Z0-9-]+(?=:[0-9]))(?::[0-9]{1,5})?`;
const repository = `(?:${registry}/)?${component}(?:/${component})*`;
const prefix = new RegExp(`^${repository}$`);
const image = new RegExp(`^(${repository})(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`);

/** What stands before `/postgres:16` in the name of an image we build. */
export function isImagePrefix(text: string): boolean {
  return text.length <= 200 && prefix.test(text);
}

/** name[:tag][@sha256:digest], the name with or without its registry. */
export function isImageReference(text: string): boolean {
  const name = image.exec(text)?.[1];
  return name !== undefined && name.length <= 255;
}

/** host[:port] of a registry, without scheme or path. */
export function isRegistryAddress(text: string): boolean {
  const [, host = "", port] = /^([^:/]+)(?::([0-9]+))?$/.exec(text) ?? [];
  const number = port === undefined ? 443 : parseInteger(port);
  return (
    (isDomain(host) || isIP(host) === 4 || new RegExp(`^${label}$`).test(host)) &&
    number !== undefined &&
    number >= 1 &&
    number <= 65_535
  );
}

/** The parts of what isRegistryAddress takes. */
export function splitAddress(text: string): { readonly host: string; readonly port: number | undefined } {
  const [, host = "", port] = /^([^:/]+)(?::([0-9]+))?$/.exec(text) ?? [];
  return { host, port: port === undefined ? undefined : parseInteger(port) };
}

const specialUse = ["arpa", "invalid", "local", "localhost", "onion", "test"];

/** Under a name that no public authority serves: no certificate is issued for it and pgAdmin takes no address in it. */
export function isSpecialUse(domain: string): boolean {
  return specialUse.includes(domain.split(".").at(-1) ?? "");
}

export function isEmail(text: string): boolean {
  const [, host = ""] = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@(.+)$/.exec(text) ?? [];
  return text.length <= 254 && !text.includes("..") && isDomain(host) && !isSpecialUse(host);
}
