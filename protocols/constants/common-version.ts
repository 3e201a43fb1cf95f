import Range from "semver/classes/range.js";
import SemVer from "semver/classes/semver.js";
import { parseVersion } from "./version.ts";

// Versions that a filter may compare with: those whose numbers are whole ones in SQL too. Of a pre-release, a longer number
// would be compared as a double by the fold. Those of events may have any: they are compared with these only.

/** Each comes to stand in the statement. */
const comparatorsMax = 20;

export const isCommonVersion = (text: string): boolean => {
  const version = parseVersion(text);
  return version !== undefined && hasSafeNumbers(version);
};

/** The library keeps a number as text where a double would not hold it. */
const hasSafeNumbers = ({ prerelease }: SemVer): boolean =>
  prerelease.every((part) => typeof part === "number" || !/^\d+$/.test(part));

/** `>=1.2.0`: an operator and a version; any version where it has none. An empty operator is equality. */
export interface Comparator {
  readonly operator: "" | "=" | "<" | "<=" | ">" | ">=";
  readonly version: SemVer | undefined;
}

/** One of the lists must hold, each with all that it has; undefined for what is no range. */
export function rangeOf(text: string): readonly (readonly Comparator[])[] | undefined {
  try {
    return new Range(text).set.map((all) =>
      all.map(({ operator, semver }) => ({
        operator: operator as Comparator["operator"],
        // Of a comparator without a version the library has a mark of its own there.
        version: semver instanceof SemVer ? semver : undefined,
      })),
    );
  } catch {
    return undefined;
  }
}

export function isCommonRange(text: string): boolean {
  const comparators = rangeOf(text)?.flat();
  return (
    comparators !== undefined &&
    comparators.length <= comparatorsMax &&
    comparators.every(({ version }) => version === undefined || hasSafeNumbers(version))
  );
}
