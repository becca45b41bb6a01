import { isIP } from "node:net";

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
