import ipaddr from "ipaddr.js";

// IP addresses and networks as text. IPv4 in four decimal parts only (`127.1` and octal forms have fooled many a filter),
// IPv6 without a zone.

export type Address = ReturnType<typeof ipaddr.parse>;
export type Network = readonly [Address, number];

/** The longest IPv6 text is 45 characters. */
const addressLengthMax = 45;

export function parseAddress(text: string): Address | undefined {
  if (text.length > addressLengthMax) return undefined;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text)
    ? ipaddr.IPv6.parse(text)
    : undefined;
}

export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf("/");
  const address = parseAddress(text.slice(0, Math.max(slash, 0)));
  const bits = /^\d{1,3}$/.test(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) : Infinity;
  if (address === undefined) return undefined;
  return bits <= (address.kind() === "ipv4" ? 32 : 128) ? [address, bits] : undefined;
}
