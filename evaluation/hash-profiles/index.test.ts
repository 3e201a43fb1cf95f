import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { HashRecipe } from "../../protocols/hash-recipe.ts";
import { positionOf } from "./index.ts";

// Each profile against the recipe written out with node's hashes and whole numbers, and against known answers.

const digest = (algorithm: string, text: string): bigint =>
  BigInt(`0x${createHash(algorithm).update(text).digest("hex")}`);
const units = Array.from({ length: 300 }, (_, index) => `user-${index}`);

test("growthbook's own answers come out, for both versions", () => {
  const answers: readonly [string, string, 1 | 2, number][] = [
    ["", "a", 1, 0.22],
    ["", "b", 1, 0.077],
    ["b", "a", 1, 0.946],
    ["seed", "a", 2, 0.0505],
    ["seed", "b", 2, 0.2696],
  ];
  for (const [seed, value, version, expected] of answers)
    assert.equal(positionOf({ profile: "growthbook", version, seed })(value), expected, `${seed} ${value}`);
});

test("unleash counts from one part to all of them", () => {
  // Known answers of its normalisation: ("123", "gr1") is 73, ("999", "groupX") is 25, of 100.
  const position = (groupId: string, id: string, seed = 0): number =>
    positionOf({ profile: "unleash", groupId, seed, parts: 100 })(id) * 100;
  assert.equal(position("gr1", "123"), 73);
  assert.equal(position("groupX", "999"), 25);
  assert.equal(position("gr1", "123", 86_028_157), 96);
  assert.equal(position("groupX", "999", 86_028_157), 60);
  const all = new Set(units.map((id) => Math.round(position("g", id))));
  assert.ok(Math.min(...all) >= 1 && Math.max(...all) <= 100);
});

test("flagd multiplies in 64 bits, whatever the weights sum to", () => {
  // The hash itself through Unleash's profile, whose text begins with a colon and whose count begins at 1.
  const parts = 2 ** 32;
  const whole = positionOf({ profile: "unleash", groupId: "", seed: 0, parts });
  for (const totalWeight of [1, 2, 3, 100, 10_000, 2 ** 31 - 1])
    for (const unit of units) {
      const hash = BigInt(whole(unit) * parts - 1);
      const expected = Number((hash * BigInt(totalWeight)) >> 32n) / totalWeight;
      assert.equal(positionOf({ profile: "flagd", flagKey: ":", totalWeight })(unit), expected);
    }
});

test("launchdarkly and posthog take sixty bits of sha1", () => {
  for (const unit of units) {
    const of = (text: string): number => Number(digest("sha1", text) >> 100n) / Number(0xfff_ffff_ffff_ffffn);
    const salted = { profile: "launchdarkly", key: "hashKey", salt: "saltyA" } as const;
    assert.equal(positionOf(salted)(unit), of(`hashKey.saltyA.${unit}`));
    assert.equal(positionOf({ ...salted, seed: 61 })(unit), of(`61.${unit}`));
    const posthog = { profile: "posthog", flagKey: "flag", salt: "variant" } as const;
    assert.equal(positionOf(posthog)(unit), of(`flag.${unit}variant`));
  }
  const known: readonly [string, number][] = [
    ["userKeyA", 0.42157587],
    ["userKeyB", 0.6708485],
    ["userKeyC", 0.10343106],
  ];
  for (const [key, expected] of known) {
    const position = positionOf({ profile: "launchdarkly", key: "hashKey", salt: "saltyA" })(key);
    assert.ok(Math.abs(position - expected) < 1e-7, key);
  }
});

test("flagsmith divides the remainder of 9 999 by 9 998, and hashes the ids again instead of giving 1", () => {
  const reference = (ids: readonly string[], times = 1): number => {
    const repeated = Array.from({ length: times }, () => ids).flat();
    const rest = Number(digest("md5", repeated.join(",")) % 9_999n);
    return rest === 9_998 ? reference(ids, times + 1) : rest / 9_998;
  };
  const position = positionOf({ profile: "flagsmith", ids: ["12"] });
  const whole = positionOf({ profile: "flagsmith", ids: ["12"], prefix: "environment_" });
  let repetitions = 0;
  for (let index = 0; index < 30_000; index++) {
    assert.equal(position(`${index}`), reference(["12", `${index}`]));
    if (digest("md5", `12,${index}`) % 9_999n === 9_998n) repetitions++;
  }
  assert.ok(repetitions > 0, "no id needed a repetition");
  assert.equal(whole("ada"), reference(["12", "environment_ada"]));
  assert.equal(positionOf({ profile: "flagsmith", ids: [] })("ada"), reference(["ada"]));
});

test("eppo takes four bytes of md5", () => {
  const position = positionOf({ profile: "eppo", salt: "exp", shards: 10_000 });
  for (const unit of units)
    assert.equal(position(unit), Number((digest("md5", `exp-${unit}`) >> 96n) % 10_000n) / 10_000);
});

test("every profile of the protocol has a position, uniform enough to halve 20 000 units", () => {
  const recipes: readonly HashRecipe[] = [
    { profile: "growthbook", version: 2, seed: "s" },
    { profile: "growthbook", version: 1, seed: "s" },
    { profile: "unleash", groupId: "g", seed: 0, parts: 100 },
    { profile: "flagd", flagKey: "f", totalWeight: 100 },
    { profile: "launchdarkly", key: "k", salt: "s" },
    { profile: "flagsmith", ids: ["1"] },
    { profile: "posthog", flagKey: "f", salt: "" },
    { profile: "eppo", salt: "s", shards: 10_000 },
  ];
  const named = new Set<string>(recipes.map(({ profile }) => profile));
  for (const option of HashRecipe.options) assert.ok(named.has(option.shape.profile.value));
  for (const recipe of recipes) {
    const position = positionOf(recipe);
    let low = 0;
    for (let index = 0; index < 20_000; index++) if (position(`user-${index}`) < 0.505) low++;
    // Six standard deviations of a fair coin are 424.
    assert.ok(Math.abs(low - 10_000) < 424, `${recipe.profile}: ${low}`);
  }
});
