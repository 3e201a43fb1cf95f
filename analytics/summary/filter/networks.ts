import { assert } from "../../../protocols/assert.ts";
import { parseNetwork } from "../../../protocols/constants/network.ts";
import type { Binder } from "../binder.ts";
import type { PropertySql } from "../property.ts";
import type { Test } from "./test.ts";

// IP addresses in networks. An address becomes its bits as a text, behind the mark of its family, and a network the beginning that
// its addresses have. ClickHouse's own parsers take other texts than evaluation/ does, so the parts are taken out here.

const lengthMax = 45;
const octet = "(0|[1-9][0-9]{0,2})";
const ipv4 = `^${octet}\\.${octet}\\.${octet}\\.${octet}$`;
/** The last four parts of an IPv6 address may be IPv4's; the library takes zeros in front, and hexadecimal ones. */
const tailPart = "(0[xX][0-9a-fA-F]+|[0-9]+)";
const mixed = `^([0-9a-fA-F:]*:)${tailPart}\\.${tailPart}\\.${tailPart}\\.${tailPart}$`;

export function networkTest(
  constant: string | readonly string[],
  { isText, text }: PropertySql,
  binder: Binder,
): Test {
  const networks = [constant].flat().map(beginningOf);
  const beginnings = binder.bind(networks, "Array(String)");
  return {
    names: [
      ["t", `if(${isText}, ${text}, '')`],
      ["addresses", addressesOf("t", binder)],
    ],
    isFit: `length(t) <= ${lengthMax} AND notEmpty(addresses)`,
    holds: `arrayExists(a -> arrayExists(n -> startsWith(a, n), ${beginnings}), addresses)`,
  };
}

function beginningOf(text: string): string {
  const network = parseNetwork(text);
  assert(network !== undefined, `${text} was checked when it was taken in`);
  const [address, bits] = network;
  const all = address
    .toByteArray()
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  return `${address.kind() === "ipv4" ? "4" : "6"}:${all.slice(0, bits)}`;
}

/** All that the address is in SQL: one text, two for an IPv4 address that is mapped into IPv6, none for what is none. */
function addressesOf(text: string, binder: Binder): string {
  const four = `extractGroups(${text}, ${binder.bind(ipv4, "String")})`;
  const bits = "concat('4:', arrayStringConcat(arrayMap(o -> bin(toUInt8OrZero(o)), g)))";
  const ofFour = `arrayMap(g -> ${bits}, arrayFilter(g -> notEmpty(g) AND arrayAll(o -> toUInt16OrZero(o) <= 255, g), [${four}]))`;
  const mapped = `'6:${"0".repeat(80)}${"1".repeat(16)}'`;
  const both = `if(startsWith(s, ${mapped}), [s, concat('4:', substring(s, ${2 + 96 + 1}))], [s])`;
  return `if(position(${text}, ':') = 0, ${ofFour}, arrayFlatten(arrayMap(s -> ${both}, ${sixOf(text, binder)})))`;
}

/** A list of one text or none: bits of an IPv6 address. */
function sixOf(text: string, binder: Binder): string {
  const tail = `extractGroups(${text}, ${binder.bind(mixed, "String")})`;
  // `::1.2.3.4` is read as `::ffff:1.2.3.4`.
  const front = "if(g[1] = '::', '::ffff:', g[1])";
  const hex = (high: number): string => `hex(char(${octetOf(high)}, ${octetOf(high + 1)}))`;
  const areOctets = `arrayAll(o -> ${octetOf("o")} <= 255, arraySlice(g, 2))`;
  const native = `arrayMap(g -> if(empty(g), ${text}, if(${areOctets}, concat(${front}, ${hex(2)}, ':', ${hex(4)}), '')), [${tail}])`;
  const split = "arrayMap(h -> if(h = '', emptyArrayString(), splitByChar(':', h)), splitByString('::', n))";
  const count = "arraySum(arrayMap(h -> length(h), p))";
  const isWhole =
    `arrayAll(h -> match(h, '^[0-9a-fA-F]{1,4}$'), arrayFlatten(p)) AND ` +
    `(length(p) = 1 AND ${count} = 8 OR length(p) = 2 AND ${count} < 8)`;
  const zeros = `arrayWithConstant(if(${count} < 8, 8 - ${count}, 0), '0')`;
  const filled = `arrayConcat(p[1], ${zeros}, p[2])`;
  const bits = `concat('6:', arrayStringConcat(arrayMap(h -> bin(unhex(leftPad(h, 4, '0'))), ${filled})))`;
  return `arrayMap(p -> ${bits}, arrayFilter(p -> ${isWhole}, arrayMap(n -> ${split}, ${native})))`;
}

/** 256 for what is more than an octet. */
function octetOf(index: number | string): string {
  const part = typeof index === "number" ? `g[${index}]` : index;
  const isHex = `(startsWith(lower(${part}), '0x'))`;
  const digits = `trim(LEADING '0' FROM if(${isHex}, substring(${part}, 3), ${part}))`;
  const value = `if(${isHex}, toUInt16(reinterpretAsUInt8(unhex(leftPad(${digits}, 2, '0')))), toUInt16OrZero(${digits}))`;
  return `if(length(${digits}) > if(${isHex}, 2, 3), toUInt16(256), ${value})`;
}
