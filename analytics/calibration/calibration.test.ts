import assert from "node:assert/strict";
import { test } from "node:test";
import { Metric } from "../../protocols/metric.ts";
import type { HistoryRows } from "../history/read.ts";
import { Chance } from "../planning/simulation/chance.ts";
import { ChangeLog, type Changes } from "./changes.ts";
import { judgeSplits, type SplitTask } from "./judge.ts";
import { metricChanges } from "./metric-changes.ts";
import { isInArm, splitSums, splitsPerWord } from "./split-sums.ts";
import { verdictOf } from "./verdict.ts";

const days = 10;
const units = 2_003;
const hash = (index: number): bigint => (BigInt(index + 1) * 0x9e3779b97f4a7c15n) & 0xffff_ffff_ffff_ffffn;

/** Each unit enters on some day and is what it is from then on. */
function entering(value: (chance: Chance) => number, pivot = 0): Changes {
  const chance = new Chance(5, 1);
  const log = new ChangeLog(units, days, 6, [pivot, 0]);
  for (let unit = 0; unit < units; unit++) {
    const own = value(chance);
    log.add(hash(unit), chance.below(days), undefined, [own, own + chance.normal()]);
  }
  return log.finish();
}

test("the sums of an arm are those of the units that a split puts there, day by day", () => {
  const changes = entering((chance) => chance.normal());
  const width = changes.sums.length;
  const found = splitSums(changes, 42, 1, 1);
  for (const split of [0, 31, 32, 63])
    for (const [day, end] of changes.dayEnds.entries()) {
      const expected = changes.sums.map((column) =>
        column
          .subarray(0, end)
          .reduce(
            (sum, value, row) =>
              isInArm(changes.low[row] ?? 0, changes.high[row] ?? 0, 42, splitsPerWord + split)
                ? sum + value
                : sum,
            0,
          ),
      );
      for (const [sum, value] of expected.entries())
        assert.ok(Math.abs((found[(split * days + day) * width + sum] ?? 0) - value) < 1e-9);
    }
});

test("splits halve the units, and no two splits or seeds are alike", () => {
  const bits = (seed: number, split: number): boolean[] =>
    Array.from({ length: units }, (_, unit) => {
      const own = hash(unit);
      return isInArm(Number(own & 0xffff_ffffn), Number(own >> 32n), seed, split);
    });
  const all = [bits(1, 0), bits(1, 1), bits(1, 64), bits(2, 0), bits(2, 64)];
  for (const [index, own] of all.entries()) {
    const share = own.filter(Boolean).length / units;
    assert.ok(Math.abs(share - 0.5) < 0.05, `${share}`);
    for (const other of all.slice(index + 1)) {
      const same = own.filter((bit, unit) => bit === other[unit]).length / units;
      assert.ok(Math.abs(same - 0.5) < 0.05, `${same}`);
    }
  }
});

const base: Omit<SplitTask, "changes"> = {
  kind: "mean",
  hasCovariate: true,
  grows: false,
  alpha: 0.05,
  tunedFor: 2_000,
  seed: 11,
  from: 0,
  words: 16,
  splits: 1_000,
};

test("methods keep what they promise where units come and stay as they are", () => {
  const outcomes = judgeSplits({ ...base, changes: entering((chance) => Math.exp(chance.normal()), 1.6) });
  for (const method of ["fixed", "cuped", "always_valid", "group_sequential"] as const) {
    const outcome = outcomes[method];
    assert.ok(outcome !== undefined);
    const result = verdictOf(method, [outcome], 0.05);
    assert.ok(result.kind === "calibrated");
    assert.equal(result.verdict, "as_promised", `${method}: ${result.words}`);
    assert.equal(result.tests, 1_000);
  }
  const log = new ChangeLog(units, days, 1, [0, 0]);
  for (let unit = 0; unit < units; unit++) log.add(hash(unit), unit % days, undefined, [0, 0]);
  const { kind: _, ...ofUnits } = base;
  const ratios = judgeSplits({ ...ofUnits, hasCovariate: false, changes: log.finish() });
  for (const method of ["sample_ratio", "sequential_sample_ratio"] as const) {
    const outcome = ratios[method];
    const result = outcome === undefined ? undefined : verdictOf(method, [outcome], 0.05);
    assert.ok(
      result?.kind === "calibrated" && result.verdict === "as_promised",
      JSON.stringify(result?.kind),
    );
  }
});

test("a single unit that outweighs all others is seen: p-values are not uniform", () => {
  let first = true;
  const changes = entering((chance) => {
    const own = first ? 1e7 : chance.normal();
    first = false;
    return own;
  });
  const { fixed } = judgeSplits({ ...base, hasCovariate: false, changes });
  assert.ok(fixed !== undefined);
  const result = verdictOf("fixed", [fixed], 0.05);
  assert.ok(result.kind === "calibrated" && result.verdict !== "as_promised", JSON.stringify(result));
});

test("splits do not depend on how they are cut into tasks", () => {
  const changes = entering((chance) => chance.normal());
  const whole = judgeSplits({ ...base, changes, splits: 200, words: 4 });
  const parts = [0, 2].map((from) => judgeSplits({ ...base, changes, splits: 200, from, words: 2 }));
  assert.deepEqual(
    parts.flatMap(({ fixed }) => [...(fixed?.pValues ?? [])]),
    [...(whole.fixed?.pValues ?? [])],
  );
});

test("units that all do the same leave every method without an answer", () => {
  const outcomes = judgeSplits({ ...base, hasCovariate: false, changes: entering(() => 3, 3) });
  assert.ok(outcomes.fixed !== undefined);
  assert.deepEqual(verdictOf("fixed", [outcomes.fixed], 0.05), { kind: "no_answer" });
});

const rows = (
  values: readonly (readonly [unit: number, entered: number, day: number, y: number, z: number])[],
) =>
  ({
    rows: values.length,
    units: BigUint64Array.from(values, ([unit]) => BigInt(unit)),
    columns: [1, 2, 3, 4].map((column) => Float64Array.from(values, (row) => row[column] ?? 0)),
  }) satisfies HistoryRows;

/** Sums after the last day, around 0. */
function lastSums(metric: Metric, from: HistoryRows, byDay: boolean): number[] {
  const { sums, pivots } = metricChanges(metric, from, days, byDay);
  const total = (column: Float64Array | undefined): number =>
    (column ?? new Float64Array()).reduce((sum, each) => sum + each, 0);
  const count = total(sums[0]);
  return [count, total(sums[1]) + count * pivots[0]];
}

test("a unit's value follows its days: sums add up, means are of all so far, and had-one stays had", () => {
  const said = rows([
    [1, 0, 0, 2, 1],
    [1, 0, 3, 8, 2],
    [2, 1, 4, 0, 0],
    [3, 2, 2, 1, 1],
  ]);
  const metric = (definition: object): Metric => Metric.parse({ key: "m", definition });
  assert.deepEqual(lastSums(metric({ type: "sum", event: "e" }), said, true), [3, 11]);
  assert.deepEqual(lastSums(metric({ type: "binary", event: "e" }), said, true), [3, 2]);
  // Averages of days, with how many there were: (2 × 1 + 8 × 2) / 3 and 1.
  assert.deepEqual(lastSums(metric({ type: "mean", event: "e" }), said, true), [2, 7]);
  const early = metricChanges(metric({ type: "sum", event: "e" }), said, days, true);
  assert.equal(early.dayEnds[1], 2);
});
