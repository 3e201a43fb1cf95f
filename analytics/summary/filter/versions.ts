import { assert } from "../../../protocols/assert.ts";
import { rangeOf, type Comparator } from "../../../protocols/constants/common-version.ts";
import { parseVersion } from "../../../protocols/constants/version.ts";
import type { Binder } from "../binder.ts";
import type { PropertySql } from "../property.ts";
import type { Test } from "./test.ts";

// SemVer 2.0.0, strictly. A version becomes a tuple that ClickHouse orders as versions are ordered: three numbers, whether it is
// no pre-release, and the parts of the pre-release. Build metadata is left out.

/** Of versions, in what evaluation/ reads them by. */
const lengthMax = 256;
/** Numbers of 17 digits and more are all one: greater than any that a filter may name. */
const digitsMax = 16;

const number = "0|[1-9][0-9]*";
const part = `(?:${number}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)`;
const build = "[0-9a-zA-Z-]+";
const grammar = `^(${number})\\.(${number})\\.(${number})(?:-(${part}(?:\\.${part})*))?(?:\\+${build}(?:\\.${build})*)?$`;

const signs = { semver_eq: "=", semver_lt: "<", semver_lte: "<=", semver_gt: ">", semver_gte: ">=" } as const;
type Version = NonNullable<ReturnType<typeof parseVersion>>;

export function versionTest(
  op: keyof typeof signs,
  constant: string,
  property: PropertySql,
  binder: Binder,
): Test {
  const version = parseVersion(constant);
  assert(version !== undefined, `${constant} was checked when it was taken in`);
  return { ...versionOf(property, binder), holds: `v ${signs[op]} ${keyOf(version, binder)}` };
}

export function rangeTest(constant: string, property: PropertySql, binder: Binder): Test {
  const range = rangeOf(constant);
  assert(range !== undefined, `${constant} was checked when it was taken in`);
  const holds = range.map((comparators) => allSql(comparators, binder)).join(" OR ");
  return { ...versionOf(property, binder), holds };
}

/** A pre-release is in only where a comparator names one of the same three numbers. */
function allSql(comparators: readonly Comparator[], binder: Binder): string {
  const versions = comparators.filter(({ version }) => version !== undefined);
  const all = versions.map(
    ({ operator, version }) => `v ${operator === "" ? "=" : operator} ${keyOf(version as Version, binder)}`,
  );
  const named = versions
    .filter(({ version }) => (version as Version).prerelease.length > 0)
    .map(({ version }) => ` OR (v.1, v.2, v.3) = (${coreOf(version as Version)})`);
  return `(${[...all, `(v.4 = 1${named.join("")})`].join(" AND ")})`;
}

/** A text's version by the name of v. */
function versionOf({ isText, text }: PropertySql, binder: Binder): Pick<Test, "names" | "isFit"> {
  const core = [1, 2, 3].map((index) => `toUInt64OrZero(g[${index}])`);
  const areSafe = [1, 2, 3].map(
    (index) => `length(g[${index}]) <= ${digitsMax} AND v.${index} <= ${Number.MAX_SAFE_INTEGER}`,
  );
  const prerelease = "if(g[4] = '', emptyArrayString(), splitByChar('.', g[4]))";
  return {
    names: [
      ["t", `if(${isText}, ${text}, '')`],
      ["g", `extractGroups(t, ${binder.bind(grammar, "String")})`],
      ["v", `tuple(${core.join(", ")}, toUInt8(g[4] = ''), ${partsKey(prerelease)})`],
    ],
    isFit: `length(t) <= ${lengthMax} AND notEmpty(g) AND ${areSafe.join(" AND ")}`,
  };
}

function keyOf(version: Version, binder: Binder): string {
  const { prerelease } = version;
  const [isFull, parts] =
    prerelease.length === 0
      ? [1, "CAST([], 'Array(Tuple(UInt8, UInt64, String))')"]
      : [0, partsKey(binder.bind(prerelease.map(String), "Array(String)"))];
  return `tuple(${coreOf(version)}, toUInt8(${isFull}), ${parts})`;
}

const coreOf = ({ major, minor, patch }: Version): string =>
  [major, minor, patch].map((each) => `toUInt64(${each})`).join(", ");

/** Numbers come before texts; a shorter list of the same comes first, as lists are compared. */
function partsKey(parts: string): string {
  const isNumber = "match(p, '^[0-9]+$')";
  const value = `if(length(p) > ${digitsMax}, toUInt64(${"1".padEnd(digitsMax + 2, "0")}), toUInt64OrZero(p))`;
  return `arrayMap(p -> tuple(toUInt8(NOT ${isNumber}), if(${isNumber}, ${value}, toUInt64(0)), if(${isNumber}, '', p)), ${parts})`;
}
