import assert from "node:assert/strict";
import { test } from "node:test";
import { assertClose, expectKind } from "../testing/golden.ts";
import { boundaries } from "./boundaries.ts";
import type { GroupSequentialDesign } from "./design.ts";
import { finalInference } from "./final-inference.ts";
import { monitor } from "./monitor.ts";
import { repeatedPValue } from "./repeated.ts";

const fifths = [0.2, 0.4, 0.6, 0.8, 1];
const pocock: GroupSequentialDesign = { shape: { kind: "pocock" }, times: fifths, alpha: 0.05, sides: 2 };
const spending: GroupSequentialDesign = {
  ...pocock,
  shape: { kind: "spending", spending: { kind: "obrien_fleming" } },
};

const looksAt = (times: readonly number[], z: readonly number[]) =>
  times.map((time, index) => ({ information: 1_000 * time, z: z[index] ?? 0 }));

function monitored(
  design: GroupSequentialDesign,
  times: readonly number[],
  z: readonly number[],
  ended = false,
) {
  return expectKind(
    monitor({ design, informationPlanned: 1_000, looks: looksAt(times, z), ended }),
    "monitored",
  );
}

test("looks as planned meet the planned boundaries, of exact families too", () => {
  for (const design of [pocock, spending]) {
    const planned = expectKind(boundaries(design), "boundaries");
    const { looks } = monitored(design, fifths, [], true);
    for (const [index, look] of looks.entries())
      assertClose(look.z, planned.z[index] ?? 0, 1e-9, `look ${index}`);
  }
});

test("a later look does not change the boundaries of earlier ones", () => {
  const early = monitored(spending, [0.3, 0.5], []).looks;
  const late = monitored(spending, [0.3, 0.5, 0.6, 1.3], [], true).looks;
  assert.deepEqual(
    late.slice(0, 2).map(({ z }) => z),
    early.map(({ z }) => z),
  );
  assertClose(late.at(-1)?.spent, 0.05, 1e-12);
});

test("the final look spends what is left, before the planned end", () => {
  const { looks, verdict } = monitored(spending, [0.4, 0.7], [1, 1], true);
  assertClose(looks.at(-1)?.spent, 0.05, 1e-12);
  assert.equal(verdict, "not_rejected");
});

test("once all alpha is spent the trial is over", () => {
  assert.equal(monitored(spending, [0.5, 1.1], [1, 1]).verdict, "not_rejected");
  assert.equal(monitored(spending, [0.5, 0.9], [1, 1]).verdict, "continue");
});

test("it stops at the first crossing, on either side", () => {
  const up = monitored(pocock, fifths, [1, 2.5, 1]);
  assert.equal(up.verdict, "upper");
  assert.equal(up.stoppedAt, 1);
  assert.equal(monitored(pocock, fifths, [1, -2.5]).verdict, "lower");
});

test("a stop for futility is called so; futility that does not bind leaves the p-value alone", () => {
  const futility = { spending: { kind: "pocock" }, beta: 0.1, binding: false } as const;
  const one: GroupSequentialDesign = { ...spending, alpha: 0.025, sides: 1, futility };
  const result = monitored(one, fifths, [0.5, 0.1]);
  assert.equal(result.verdict, "futility");
  const without = monitored({ ...spending, alpha: 0.025, sides: 1 }, [0.2, 0.4], [0.5, 0.1], true);
  assertClose(result.final?.pValue, without.final?.pValue ?? 0, 0.02);
});

test("after one look the final inference is the plain one", () => {
  const regions = [{ time: 25, lower: -1.96, upper: 1.96 }];
  const final = finalInference({ regions, z: 2.5, sides: 2, errorPerEnd: 0.025 });
  assertClose(final?.medianUnbiased, 0.5, 1e-10);
  assertClose(final?.lower, (2.5 - 1.959963984540054) / 5, 1e-9);
  assertClose(final?.upper, (2.5 + 1.959963984540054) / 5, 1e-9);
  assertClose(final?.pValue, 0.012419330651552318, 1e-10);
});

test("the p-value of a stop at a boundary is the error spent there", () => {
  const { z, spent } = expectKind(boundaries(pocock), "boundaries");
  const result = monitored(pocock, fifths, [0, 0, z[2] ?? 0]);
  assertClose(result.final?.pValue, spent[2] ?? 0, 1e-8);
});

test("a repeated p-value is alpha on the boundary, and capped where nothing would reject", () => {
  const { z } = expectKind(boundaries(spending), "boundaries");
  assertClose(repeatedPValue(spending, 2, z[2] ?? 0), 0.05, 1e-9);
  assert.equal(repeatedPValue({ ...spending, alpha: 0.025, sides: 1 }, 2, -1), 0.5);
  assert.ok((repeatedPValue(spending, 2, 30) ?? 1) < 1e-50);
});

test("no monitoring without information, order or a design", () => {
  const kindOf = (changes: object): string =>
    monitor({ design: pocock, informationPlanned: 1, looks: looksAt([0.1], [0]), ended: false, ...changes })
      .kind;
  assert.equal(kindOf({ informationPlanned: 0 }), "information_out_of_range");
  assert.equal(kindOf({ looks: looksAt([0.5, 0.4], []) }), "looks_not_increasing");
  assert.equal(kindOf({ looks: [] }), "no_looks");
  assert.equal(kindOf({ design: { ...pocock, alpha: 2 } }), "alpha_out_of_range");
});
