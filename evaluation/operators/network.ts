import ipaddr from "ipaddr.js";
import { parseAddress, parseNetwork, type Address, type Network } from "../../protocols/constants/network.ts";
import { ready, refused, type Prepare } from "./operator.ts";

// IP addresses in networks. An IPv4 address mapped into IPv6 is looked for as both.

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
