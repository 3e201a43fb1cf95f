import Range from "semver/classes/range.js";
import { parseVersion } from "../../protocols/constants/version.ts";
import { ready, refused, type Prepare, type Test } from "./operator.ts";

// SemVer 2.0.0, strictly: no leading v, no missing parts, no leading zeros, no blanks. Build metadata has no say in the
// order. Ranges are npm's notation (`^1.2`, `>=1.0.0 <2`), where a pre-release is in only when the range names one of
// the same core version.

/** Parts of a plain version are below 2^17: three of them fit into the 53 bits of a number. */
const partLimit = 131_072;

/** `1.22.333` as one number that orders as versions do; −1 for anything longer or stranger. */
export function plainVersion(text: string): number {
  let packed = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 46) {
      if (digits === 0 || dots === 2) return -1;
      packed = packed * partLimit + part;
      part = 0;
      digits = 0;
      dots++;
    } else {
      if (code < 48 || code > 57 || (digits > 0 && part === 0)) return -1; // no digit, or a leading zero
      part = part * 10 + code - 48;
      if (part >= partLimit) return -1;
      digits++;
    }
  }
  return dots === 2 && digits > 0 ? packed * partLimit + part : -1;
}

const comparison =
  (
    holds: (order: number) => boolean,
    ends: (bound: number) => readonly [low: number, high: number],
  ): Prepare =>
  (constant) => {
    const bound = typeof constant === "string" ? parseVersion(constant) : undefined;
    if (bound === undefined) return refused("needs a version by SemVer 2.0.0, as in 1.2.3");
    const plainBound = plainVersion(bound.raw);
    const [low, high] = ends(plainBound);
    const test: Test = (value) => {
      const version = typeof value === "string" ? parseVersion(value) : undefined;
      return version === undefined ? undefined : holds(version.compare(bound));
    };
    // Two plain versions are compared as the numbers that they are packed into.
    return ready(test, plainBound < 0 ? undefined : { kind: "version", low, high, holds: true });
  };

const inRange: Prepare = (constant) => {
  if (typeof constant !== "string") return refused("needs a range of versions as a string");
  try {
    const range = new Range(constant);
    return ready((value) => {
      const version = typeof value === "string" ? parseVersion(value) : undefined;
      return version === undefined ? undefined : range.test(version);
    });
  } catch {
    return refused("not a range of versions, as in >=1.2.0 <2.0.0");
  }
};

export const versionOperators = {
  semver_eq: comparison(
    (order) => order === 0,
    (bound) => [bound, bound],
  ),
  semver_lt: comparison(
    (order) => order < 0,
    (bound) => [0, bound - 1],
  ),
  semver_lte: comparison(
    (order) => order <= 0,
    (bound) => [0, bound],
  ),
  semver_gt: comparison(
    (order) => order > 0,
    (bound) => [bound + 1, Infinity],
  ),
  semver_gte: comparison(
    (order) => order >= 0,
    (bound) => [bound, Infinity],
  ),
  semver_range: inRange,
} satisfies Record<string, Prepare>;
