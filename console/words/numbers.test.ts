import assert from "node:assert/strict";
import { test } from "node:test";
import { agoText, percentText, pValueText, shareText, valueText } from "./numbers.ts";

test("a share of 10 000 reads as a percentage without idle zeros", () => {
  assert.deepEqual([0, 1, 2_550, 10_000].map(shareText), ["0%", "0.01%", "25.5%", "100%"]);
});

test("minus is U+2212 and plus appears only when asked for", () => {
  assert.equal(percentText(-0.0423), "−4.2%");
  assert.equal(percentText(0.0423), "4.2%");
  assert.equal(percentText(0.0423, { sign: true }), "+4.2%");
  assert.equal(valueText(-0.5), "−0.5");
});

test("a small percentage keeps a digit that says something", () => {
  assert.equal(percentText(0.0004), "0.04%");
});

test("a tiny p-value is not zero", () => {
  assert.equal(pValueText(1e-9), "< 0.0001");
  assert.equal(pValueText(0.0432), "0.0432");
});

test("ages grow in seconds, minutes, hours and days", () => {
  const now = 1_000_000_000;
  assert.deepEqual(
    [0, 40_000, 600_000, 7_200_000, 259_200_000].map((age) => agoText(now - age, now)),
    ["just now", "40 s ago", "10 min ago", "2 h ago", "3 days ago"],
  );
});
