import ipaddr from "ipaddr.js";
import { ready, refused, type Prepare } from "./operator.ts";

// IP addresses in networks. IPv4 in four decimal parts only (`127.1` and octal forms have fooled many a filter), IPv6
// without a zone. An IPv4 address mapped into IPv6 is looked for as both.

type Address = ReturnType<typeof ipaddr.parse>;
type Network = readonly [Address, number];

/** The longest IPv6 text is 45 characters. */
const addressLengthMax = 45;

function parseAddress(text: string): Address | undefined {
  if (text.length > addressLengthMax) return undefined;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text)
    ? ipaddr.IPv6.parse(text)
    : undefined;
}

function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf("/");
  const address = parseAddress(text.slice(0, Math.max(slash, 0)));
  const bits = /^\d{1,3}$/.test(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) : Infinity;
  if (address === undefined) return undefined;
  return bits <= (address.kind() === "ipv4" ? 32 : 128) ? [address, bits] : undefined;
}

const contains = ([network, bits]: Network, address: Address): boolean =>
  network.kind() === address.kind() && address.match(network, bits);

const inCidr: Prepare = (constant) => {
  const texts = Array.isArray(constant) ? constant : [constant];
  const networks: Network[] = [];
  for (const text of texts) {
    const network = typeof text === "string" ? parseNetwork(text) : undefined;
    if (network === undefined)
      return refused("needs a network in CIDR notation, as in 10.0.0.0/8, or a list of them");
    networks.push(network);
  }
  if (networks.length === 0) return refused("needs at least one network");
  return ready((value) => {
    const address = typeof value === "string" ? parseAddress(value) : undefined;
    if (address === undefined) return undefined;
    if (networks.some((network) => contains(network, address))) return true;
    if (!(address instanceof ipaddr.IPv6) || !address.isIPv4MappedAddress()) return false;
    const unmapped = address.toIPv4Address();
    return networks.some((network) => contains(network, unmapped));
  });
};

export const networkOperators = { in_cidr: inCidr } satisfies Record<string, Prepare>;
