import { ready, refused, type Prepare, type Test } from "./operator.ts";
import { parseVersion } from "../../protocols/constants/version.ts";

// Versions as other systems read them, for rules that came from there.
//
// `semver_lenient_*`: SemVer 2.0.0 after a leading v is dropped and missing parts are filled with zeros (`v2`, `2.1`,
// `2-rc.1`); a number is read as its text.
//
// `version_padded_*`: no grammar at all. The text (a leading v and what follows a plus dropped) is cut at dots and
// dashes, digits are padded to five, a release gets a part that sorts behind every pre-release, and the whole is
// compared as text. What is no text or number counts as "0".

const versionLengthMax = 256;
const partial = /^[vV]?(\d+)(?:\.(\d+))?(?:\.(\d+))?([-+].*)?$/;

export function lenientVersion(value: unknown): ReturnType<typeof parseVersion> {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || text.length > versionLengthMax) return undefined;
  const parts = partial.exec(text);
  if (parts === null) return undefined;
  const [, major = "0", minor = "0", patch = "0", rest = ""] = parts;
  return parseVersion(`${major}.${minor}.${patch}${rest}`);
}

const lenient =
  (holds: (order: number) => boolean): Prepare =>
  (constant) => {
    const bound = lenientVersion(constant);
    if (bound === undefined) return refused("needs a version, as in 1.2.3, v1.2 or 1");
    return ready((value) => {
      const version = lenientVersion(value);
      return version === undefined ? undefined : holds(version.compare(bound));
    });
  };

export function paddedVersion(value: unknown): string {
  const text = typeof value === "number" ? String(value) : value;
  const version = typeof text === "string" && text !== "" ? text.slice(0, versionLengthMax) : "0";
  const parts = version.replace(/^v/, "").replace(/\+.*$/s, "").split(/[-.]/);
  if (parts.length === 3) parts.push("~");
  return parts.map((part) => (/^\d+$/.test(part) ? part.padStart(5, " ") : part)).join("-");
}

const padded =
  (holds: (value: string, bound: string) => boolean): Prepare =>
  (constant) => {
    if (typeof constant !== "string" && typeof constant !== "number")
      return refused("needs a version as a string");
    const bound = paddedVersion(constant);
    const test: Test = (value) =>
      value === undefined || value === null ? undefined : holds(paddedVersion(value), bound);
    return ready(test);
  };

export const lenientVersionOperators = {
  semver_lenient_eq: lenient((order) => order === 0),
  semver_lenient_lt: lenient((order) => order < 0),
  semver_lenient_lte: lenient((order) => order <= 0),
  semver_lenient_gt: lenient((order) => order > 0),
  semver_lenient_gte: lenient((order) => order >= 0),
  version_padded_eq: padded((value, bound) => value === bound),
  version_padded_lt: padded((value, bound) => value < bound),
  version_padded_lte: padded((value, bound) => value <= bound),
  version_padded_gt: padded((value, bound) => value > bound),
  version_padded_gte: padded((value, bound) => value >= bound),
} satisfies Record<string, Prepare>;
