import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** A network namespace with a way out by NAT: what listens in it listens nowhere else. */
export interface Namespace {
  readonly name: string;
  /** The end of the virtual cable on this side. */
  readonly link: string;
  /** The address inside; the host's is the one before it. */
  readonly address: string;
  readonly subnet: string;
  /** This machine did not forward packets before. */
  readonly forwardingWasOff: boolean;
}

const forwarding = "/proc/sys/net/ipv4/ip_forward";

/** Runs a command and returns what it printed; throws unless it may fail. */
export function sh(argv: readonly string[], mayFail = false): string {
  const [program = "", ...rest] = argv;
  const { status, stdout, stderr, error } = spawnSync(program, rest, { encoding: "utf8", timeout: 60_000 });
  if (status !== 0 && !mayFail) throw new Error(`${argv.join(" ")}: ${error?.message ?? stderr.trim()}`);
  return typeof stdout === "string" ? stdout : "";
}

/** The first number whose names and /30 network nobody on this machine uses. */
export function freeNumber(names: string, routes: string): number {
  for (let number = 1; number < 250; number++) {
    const name = new RegExp(`\\b(?:${nameOf(number)}|${linkOf(number)})\\b`);
    if (!name.test(names) && !routes.includes(`10.214.${number}.`)) return number;
  }
  throw new Error("no free network namespace of 249; remove those that begin with sgw-test- (ip netns list)");
}

function nameOf(number: number): string {
  return `sgw-test-${number}`;
}

function linkOf(number: number): string {
  return `sgwt${number}`;
}

function rules({ subnet, link }: Namespace): string[][] {
  return [
    ["-t", "nat", "POSTROUTING", "-s", subnet, "-j", "MASQUERADE"],
    // A Docker Engine of this machine drops what it does not know.
    ["-t", "filter", "FORWARD", "-i", link, "-j", "ACCEPT"],
    ["-t", "filter", "FORWARD", "-o", link, "-j", "ACCEPT"],
  ];
}

function iptables(action: "-I" | "-D", rule: readonly string[], mayFail = false): void {
  const [flag = "", table = "", chain = "", ...rest] = rule;
  sh(["iptables", "-w", "10", flag, table, action, chain, ...rest], mayFail);
}

export function createNamespace(): Namespace {
  const number = freeNumber(
    sh(["ip", "netns", "list"]) + sh(["ip", "-o", "link"]),
    sh(["ip", "-4", "route", "show", "table", "all"]),
  );
  const namespace: Namespace = {
    name: nameOf(number),
    link: linkOf(number),
    address: `10.214.${number}.2`,
    subnet: `10.214.${number}.0/30`,
    forwardingWasOff: readFileSync(forwarding, "utf8").trim() === "0",
  };
  const { name, link, address } = namespace;
  sh(["ip", "netns", "add", name]);
  try {
    sh(["ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name]);
    sh(["ip", "addr", "add", `10.214.${number}.1/30`, "dev", link]);
    sh(["ip", "link", "set", link, "up"]);
    sh(["ip", "-n", name, "addr", "add", `${address}/30`, "dev", "eth0"]);
    sh(["ip", "-n", name, "link", "set", "eth0", "up"]);
    sh(["ip", "-n", name, "link", "set", "lo", "up"]);
    sh(["ip", "-n", name, "route", "add", "default", "via", `10.214.${number}.1`]);
    for (const rule of rules(namespace)) iptables("-I", rule);
    if (namespace.forwardingWasOff) writeFileSync(forwarding, "1");
  } catch (error) {
    removeNamespace(namespace);
    throw error;
  }
  return namespace;
}

export function removeNamespace(namespace: Namespace): void {
  for (const rule of rules(namespace)) iptables("-D", rule, true);
  sh(["ip", "link", "del", namespace.link], true);
  if (existsSync(`/run/netns/${namespace.name}`)) sh(["ip", "netns", "del", namespace.name], true);
  if (namespace.forwardingWasOff && !sh(["ip", "netns", "list"]).includes("sgw-test-")) writeFileSync(forwarding, "0");
}

/** The words before a command that make it run inside. `ip netns exec` would hide the cgroups. */
export function inside({ name }: Namespace, argv: readonly string[]): string[] {
  return ["nsenter", `--net=/run/netns/${name}`, "--", ...argv];
}

/** Those that run inside; containers have namespaces of their own. */
export function processesIn({ name }: Namespace): number[] {
  if (!existsSync(`/run/netns/${name}`)) return [];
  return sh(["ip", "netns", "pids", name], true).split("\n").filter(Boolean).map(Number);
}
