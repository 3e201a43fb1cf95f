import assert from "node:assert/strict";
import { test } from "node:test";
import type { Distribution } from "../../../protocols/row-answers.ts";
import { even, skewed } from "../testing/distributions.ts";
import { barsOf } from "./bars.ts";
import { distributionPlot, linesMax } from "./distribution.ts";

test("a first bar that holds most is left out, and said; shares stay those of all values", () => {
  const found = [skewed("control", 0), skewed("mail", 1)];
  const bars = barsOf(found);
  assert.deepEqual([bars?.leftOut?.from, bars?.leftOut?.below], [0, 12.5]);
  assert.equal(bars?.edges.length, 40);
  assert.equal(bars?.series[0]?.shares.length, 39);
  assert.equal(bars?.series[1]?.shares[0], (found[1]?.counts[1] ?? 0) / (found[1]?.n ?? 1));
});

test("a hill keeps all of its bars", () => {
  const bars = barsOf([even("control")]);
  assert.equal(bars?.leftOut, undefined);
  assert.deepEqual(bars?.series[0]?.shares, [0.3, 0.5, 0.196]);
});

test("values that are one, or next to it, or too far apart to subtract, are no picture", () => {
  const at = (edges: readonly number[]): Distribution => ({ ...even("control"), edges });
  assert.equal(barsOf([at([7, 7])]), undefined);
  assert.equal(barsOf([at([1e15, 1e15 + 1])]), undefined);
  assert.equal(barsOf([at([-1e308, 1.7e308])]), undefined);
  assert.equal(barsOf([at([])]), undefined);
  assert.equal(barsOf([]), undefined);
});

test("the smallest and the largest values are drawn with marks that are told apart", () => {
  for (const size of [1e-15, 1, 1e15, 1e50]) {
    const scaled: Distribution = {
      ...even("control"),
      edges: even("control").edges.map((edge) => edge * size),
      quantiles: [
        { percent: 50, value: 0.3 * size },
        { percent: 90, value: 0.6 * size },
      ],
    };
    const bars = barsOf([scaled]);
    assert.ok(bars !== undefined, String(size));
    const { markup } = distributionPlot({ title: "x", noun: "units", bars, found: [scaled] });
    assert.match(markup, /<circle class="median" cx="37\.5%"/);
    assert.doesNotMatch(markup, /NaN|Infinity|undefined/);
    const texts = [...markup.matchAll(/<text[^>]*y="218"[^>]*>([^<]*)</g)].map(([, text]) => text);
    assert.equal(new Set(texts).size, texts.length, texts.join());
  }
});

test("as many variants are drawn as lines are told apart; a mark in a bar that is left out is said only", () => {
  const found = Array.from({ length: 7 }, (_, index) => skewed(`v${index}`, index));
  const bars = barsOf(found);
  assert.ok(bars !== undefined);
  const { markup, description } = distributionPlot({ title: "x", noun: "units", bars, found });
  assert.equal([...markup.matchAll(/class="strip v\d"/g)].length, linesMax);
  assert.ok(!markup.includes('class="median"'));
  assert.match(description, /v0: ● median 0, ◆ 90th percentile 7.654/);
});
