import { BlockList, isIPv4, isIPv6 } from "node:net";
import satisfies from "semver/functions/satisfies.js";
import type { Json } from "../../protocols/json.ts";

// The operators of filters that read texts and lists, once more and by other means than evaluation/ and SQL have: what both are
// held against. Undefined: the property is of a type, or a text, that is not compared.

type Holds = (property: Json, constant: Json) => boolean | undefined;

const members = (value: Json): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [value];

/** Of patterns that mean the same to the language's own expressions, but for (?i) and the like in front. */
const matches: Holds = (property, constant) => {
  if (typeof property !== "string" || property.length > 1_024) return undefined;
  const [, flags = "", pattern = ""] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(constant as string) ?? [];
  return new RegExp(pattern, `${flags}u`).test(property);
};

type Version = readonly [core: readonly bigint[], prerelease: readonly string[]];
function versionOf(text: Json): Version | undefined {
  const official =
    /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;
  const parts = typeof text === "string" && text.length <= 256 ? official.exec(text) : null;
  if (parts === null) return undefined;
  const core = parts.slice(1, 4).map((part) => BigInt(part));
  return core.some((part) => part >= 1n << 53n) ? undefined : [core, parts[4]?.split(".") ?? []];
}
function orderOf([a, before]: Version, [b, after]: Version): number {
  const place = a.findIndex((part, index) => part !== b[index]);
  if (place >= 0) return (a[place] as bigint) < (b[place] as bigint) ? -1 : 1;
  if (before.length === 0 || after.length === 0) return after.length - before.length;
  for (let index = 0; index < Math.min(before.length, after.length); index++) {
    const [one, other] = [before[index] as string, after[index] as string];
    const [isNumber, isOtherNumber] = [/^\d+$/.test(one), /^\d+$/.test(other)];
    if (one === other) continue;
    if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
    return (isNumber ? BigInt(one) < BigInt(other) : one < other) ? -1 : 1;
  }
  return before.length - after.length;
}
const version =
  (holds: (order: number) => boolean): Holds =>
  (property, constant) => {
    const [own, bound] = [versionOf(property), versionOf(constant)];
    return own === undefined || bound === undefined ? undefined : holds(orderOf(own, bound));
  };

/** Texts with at most nine digits of a second. */
function momentOf(value: Json): number | undefined {
  if (typeof value === "number") return value;
  const parts =
    typeof value === "string"
      ? /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(value)
      : null;
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const [fraction = ".0", sign, hours = "0", minutes = "0"] = parts.slice(7);
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  moment.setUTCHours(hour, minute, second, Number(fraction.slice(1, 4).padEnd(3, "0")));
  const isReal =
    moment.getUTCFullYear() === year &&
    moment.getUTCMonth() === month - 1 &&
    moment.getUTCDate() === day &&
    hour < 24 &&
    moment.getUTCMinutes() === minute &&
    moment.getUTCSeconds() === second;
  if (!isReal || Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return moment.getTime() - (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
const moment =
  (holds: (own: number, bound: number) => boolean): Holds =>
  (property, constant) => {
    const [own, bound] = [momentOf(property), momentOf(constant)];
    return own === undefined || bound === undefined ? undefined : holds(own, bound);
  };

/** Of addresses that Node reads as well; it looks for a mapped one among networks of IPv4 by itself. */
const inNetwork: Holds = (property, constant) => {
  if (typeof property !== "string" || property.includes("%")) return undefined;
  if (!isIPv4(property) && !isIPv6(property)) return undefined;
  const [four, six] = [new BlockList(), new BlockList()];
  for (const network of members(constant)) {
    const [address = "", bits] = (network as string).split("/");
    if (isIPv4(address)) four.addSubnet(address, Number(bits), "ipv4");
    else six.addSubnet(address, Number(bits), "ipv6");
  }
  if (isIPv4(property)) return four.check(property, "ipv4");
  return six.check(property, "ipv6") || four.check(property, "ipv6");
};

export const recountOperators: Readonly<Record<string, Holds>> = {
  has_any: (property, constant) =>
    Array.isArray(property) ? members(constant).some((each) => property.includes(each)) : undefined,
  has_all: (property, constant) =>
    Array.isArray(property) ? members(constant).every((each) => property.includes(each)) : undefined,
  matches,
  semver_eq: version((order) => order === 0),
  semver_lt: version((order) => order < 0),
  semver_lte: version((order) => order <= 0),
  semver_gt: version((order) => order > 0),
  semver_gte: version((order) => order >= 0),
  semver_range: (property, constant) =>
    versionOf(property) === undefined ? undefined : satisfies(property as string, constant as string),
  before: moment((own, bound) => own < bound),
  after: moment((own, bound) => own > bound),
  in_cidr: inNetwork,
};
