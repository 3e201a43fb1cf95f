import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./nearest.ts";

const members = ["key", "name", "unit", "definition", "direction", "window", "covariate"];
const cases: readonly (readonly [word: string, meant: string | undefined])[] = [
  ["nmae", "name"],
  ["widnow", "window"],
  ["covariates", "covariate"],
  ["Definition", "definition"],
  ["definitionn", "definition"],
  ["zebra", undefined],
  ["", undefined],
  ["k", undefined],
  ["x".repeat(100_000), undefined],
];
for (const [word, meant] of cases)
  test(`"${word.slice(0, 20)}" ${meant === undefined ? "is near none" : `was meant to be ${meant}`}`, () =>
    assert.equal(nearest(word, members), meant));
