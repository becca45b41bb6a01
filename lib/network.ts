import { BlockList, isIP } from "node:net";

/**
 * Whose connection an address is: an IPv4 address itself, of an IPv6 address its /64, which one household or machine has to itself.
 * What is no address stands for itself.
 */
export function networkOf(address: string): string {
  const ip = address.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  if (isIP(ip) !== 6) return ip;
  const [before = "", after = ""] = ip.split("::");
  const [head, tail] = [groupsOf(before), groupsOf(after)];
  const zeros = ip.includes("::") ? Array.from({ length: 8 - head.length - tail.length }, () => 0) : [];
  const groups = [...head, ...zeros, ...tail];
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The address alone of what a proxy wrote: some add the port, which is another one for every connection. */
export function withoutPort(address: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? /^(\d+(?:\.\d+){3}):\d+$/.exec(address)?.[1] ?? address;
}

/** The 16-bit groups of one side of `::`; a dotted end is two of them. */
function groupsOf(side: string): number[] {
  if (side === "") return [];
  return side.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

/** What leads to this machine, its neighbours or nowhere. Source: IANA, special-purpose address registries. */
const INWARD = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const)
  INWARD.addSubnet(network, bits, "ipv4");
for (const [network, bits] of [
  ["::", 127],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  INWARD.addSubnet(network, bits, "ipv6");

/** Whether an IP address is none of the open internet's: what others name must not lead us there. */
export function isInward(address: string): boolean {
  const version = isIP(address);
  return version === 0 || INWARD.check(address, version === 4 ? "ipv4" : "ipv6");
}
