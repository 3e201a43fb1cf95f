import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import SemVer from "semver/classes/semver.js";
import { parseVersion } from "../../protocols/constants/version.ts";
import { plainVersion, versionOperators } from "./version.ts";

const number = fc.oneof(fc.nat(3), fc.nat(200_000), fc.constantFrom(131_071, 131_072, 999_999_999));
const label = fc.oneof(fc.nat(20).map(String), fc.constantFrom("alpha", "beta", "rc", "x-1", "0a"));
const version = fc
  .tuple(number, number, number, fc.array(label, { maxLength: 3 }), fc.constantFrom("", "+b.1", "+001"))
  .map(
    ([a, b, c, labels, build]) => `${a}.${b}.${c}${labels.length > 0 ? `-${labels.join(".")}` : ""}${build}`,
  );

test("comparing agrees with the semver package for any two versions, plain or not", () => {
  fc.assert(
    fc.property(version, version, (left, right) => {
      const order = new SemVer(left).compare(right);
      const answer = (op: keyof typeof versionOperators): boolean | undefined => {
        const prepared = versionOperators[op](right);
        return prepared.ok ? prepared.test(left) : undefined;
      };
      assert.equal(answer("semver_eq"), order === 0);
      assert.equal(answer("semver_lt"), order < 0);
      assert.equal(answer("semver_lte"), order <= 0);
      assert.equal(answer("semver_gt"), order > 0);
      assert.equal(answer("semver_gte"), order >= 0);
    }),
    { numRuns: 2_000 },
  );
});

test("what SemVer 2.0.0 does not allow is no version", () => {
  const wrong = [
    "",
    "1",
    "1.2",
    "1.2.3.4",
    "v1.2.3",
    "=1.2.3",
    " 1.2.3",
    "01.2.3",
    "1.02.3",
    "1.2.3-",
    "1.2.3-01",
    "1.2.3+",
    "1..3",
    ".1.2",
    "1.2.",
  ];
  for (const text of [...wrong, "1.2.3-ä", `1.2.${"9".repeat(300)}`, `1.2.${"9".repeat(20)}`]) {
    assert.equal(parseVersion(text), undefined, text);
    assert.equal(plainVersion(text), -1, text);
    assert.equal(versionOperators.semver_eq(text).ok, false, text);
  }
});
