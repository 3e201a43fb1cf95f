import SemVer from "semver/classes/semver.js";

// SemVer 2.0.0, strictly: no leading v, no missing parts, no leading zeros, no blanks.

/** The grammar of semver.org; the library alone would also take `v1.0.0` and ` 1.0.0`. */
const grammar =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;
/** The library's own limit, looked at first so that a long attribute costs nothing. */
const versionLengthMax = 256;

export function parseVersion(text: string): SemVer | undefined {
  if (text.length > versionLengthMax || !grammar.test(text)) return undefined;
  try {
    return new SemVer(text);
  } catch {
    return undefined; // a part beyond 2^53
  }
}
