import assert from "node:assert/strict";
import { test } from "node:test";
import { normalSf } from "../special/special.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { boundaries, regionsOf } from "./boundaries.ts";
import { crossing, total } from "./crossing.ts";
import type { GroupSequentialDesign, Shape } from "./design.ts";
import { inflationFor, operatingAt } from "./operating.ts";

const evenly = (looks: number): number[] => Array.from({ length: looks }, (_, index) => (index + 1) / looks);
const spendingOf = (spending: Extract<Shape, { kind: "spending" }>["spending"]): Shape => ({
  kind: "spending",
  spending,
});

const shapes: readonly Shape[] = [
  { kind: "pocock" },
  { kind: "obrien_fleming" },
  { kind: "wang_tsiatis", delta: 0.25 },
  { kind: "wang_tsiatis", delta: 0.7 },
  { kind: "haybittle_peto", interimZ: 3.3 },
  spendingOf({ kind: "obrien_fleming" }),
  spendingOf({ kind: "pocock" }),
  spendingOf({ kind: "power", exponent: 3 }),
  spendingOf({ kind: "hwang_shih_decani", gamma: -4 }),
  spendingOf({ kind: "hwang_shih_decani", gamma: 0 }),
];

function made(design: GroupSequentialDesign) {
  return expectKind(boundaries(design), "boundaries");
}

test("whatever the shape, the whole error comes out, one-sided and two-sided, at even and uneven looks", () => {
  for (const shape of shapes)
    for (const times of [evenly(1), evenly(4), [0.1, 0.15, 0.7, 1]])
      for (const sides of [1, 2] as const) {
        const what = `${JSON.stringify(shape)} at ${times.join(", ")}, ${sides}-sided`;
        const result = made({ shape, times, alpha: 0.05, sides });
        const { upper, lower } = crossing(regionsOf(result), 0);
        assertClose(total(upper) + total(lower), 0.05, 1e-9, what);
        assertClose(result.spent.at(-1), 0.05, 1e-9, what);
      }
});

test("one look is a test without looks", () => {
  for (const shape of shapes)
    assertClose(made({ shape, times: [1], alpha: 0.05, sides: 2 }).z[0], 1.959963984540054, 1e-12);
});

test("twice the nodes change no digit that is promised: a boundary under a finer time grid is consistent", () => {
  // A look that nothing is spent at adds grid nodes, and may not change the others.
  const coarse = made({
    shape: spendingOf({ kind: "obrien_fleming" }),
    times: [0.5, 1],
    alpha: 0.05,
    sides: 2,
  });
  const { upper } = crossing(
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map((time) => {
      const z = time === 0.5 ? coarse.z[0] : time === 1 ? coarse.z[1] : undefined;
      return { time, lower: -(z ?? Number.POSITIVE_INFINITY), upper: z ?? Number.POSITIVE_INFINITY };
    }),
    0,
  );
  assertClose(2 * total(upper), 0.05, 1e-10);
});

test("a hundred looks are answered; the error still comes out", () => {
  const result = made({
    shape: spendingOf({ kind: "obrien_fleming" }),
    times: evenly(100),
    alpha: 0.05,
    sides: 2,
  });
  assert.equal(result.z.length, 100);
  const { upper, lower } = crossing(regionsOf(result), 0);
  assertClose(total(upper) + total(lower), 0.05, 1e-8);
});

test("what early looks may spend can be too small for a double: their boundary is out of reach, not wrong", () => {
  const { z, spent } = made({
    shape: spendingOf({ kind: "obrien_fleming" }),
    times: [1e-3, 0.01, 0.5, 1],
    alpha: 0.05,
    sides: 2,
  });
  assert.equal(z[0], Number.POSITIVE_INFINITY);
  assert.ok((z[1] ?? 0) > 20);
  assertClose(spent[3], 0.05, 1e-12);
});

test("looks past the planned end have nothing left to spend", () => {
  const { z } = made({ shape: spendingOf({ kind: "pocock" }), times: [0.5, 1, 1.2], alpha: 0.05, sides: 2 });
  assert.equal(z[2], Number.POSITIVE_INFINITY);
});

test("a design that cannot be has a reason", () => {
  const design: GroupSequentialDesign = {
    shape: { kind: "pocock" },
    times: evenly(3),
    alpha: 0.05,
    sides: 2,
  };
  const kindOf = (changes: Partial<GroupSequentialDesign>): string =>
    boundaries({ ...design, ...changes }).kind;
  assert.equal(kindOf({ alpha: 0 }), "alpha_out_of_range");
  assert.equal(kindOf({ alpha: 0.5, sides: 1 }), "alpha_out_of_range");
  assert.equal(kindOf({ alpha: Number.NaN }), "alpha_out_of_range");
  assert.equal(kindOf({ times: [] }), "no_looks");
  assert.equal(kindOf({ times: evenly(101) }), "too_many_looks");
  assert.equal(kindOf({ times: [0.5, 0.5, 1] }), "looks_not_increasing");
  assert.equal(kindOf({ times: [0, 1] }), "looks_not_increasing");
  assert.equal(kindOf({ times: [0.5, 0.5 + 1e-9, 1] }), "looks_too_close");
  assert.equal(kindOf({ shape: { kind: "haybittle_peto", interimZ: 1 } }), "interim_looks_spend_all");
  assert.equal(kindOf({ shape: spendingOf({ kind: "power", exponent: 0 }) }), "parameter_out_of_range");
  const futility = { spending: { kind: "pocock" }, beta: 0.2, binding: false } as const;
  assert.equal(kindOf({ futility }), "futility_needs_one_side");
  assert.equal(kindOf({ futility, sides: 1 }), "futility_needs_spending");
  assert.equal(
    kindOf({ futility: { ...futility, beta: 1 }, sides: 1, shape: spendingOf({ kind: "pocock" }) }),
    "beta_out_of_range",
  );
});

test("futility spends beta at the drift it is planned for, and binding futility gives alpha back", () => {
  const common = {
    shape: spendingOf({ kind: "obrien_fleming" }),
    times: evenly(5),
    alpha: 0.025,
    sides: 1,
  } as const;
  const futility = { spending: { kind: "pocock" }, beta: 0.1 } as const;
  const binding = made({ ...common, futility: { ...futility, binding: true } });
  const loose = made({ ...common, futility: { ...futility, binding: false } });
  for (const result of [binding, loose]) {
    const { lower } = crossing(regionsOf(result), result.drift ?? 0);
    assertClose(total(lower), 0.1, 1e-8);
    assertClose(operatingAt(result, result.drift ?? 0).power, 0.9, 1e-9);
  }
  assertClose(operatingAt(binding, 0).power, 0.025, 1e-9);
  assert.ok(operatingAt(loose, 0).power < 0.025);
  assert.ok((binding.z[4] ?? 0) < (loose.z[4] ?? 0));
});

test("power is what the inflation was made for", () => {
  const result = made({ shape: { kind: "obrien_fleming" }, times: evenly(4), alpha: 0.05, sides: 2 });
  const cost = inflationFor(result, 0.05, 0.9);
  assertClose(operatingAt(result, cost?.drift ?? 0).power, 0.9, 1e-10);
  assert.ok((cost?.meanAtPlanned ?? 9) < 1);
  assert.equal(inflationFor(result, 0.05, 0.04), undefined);
  assert.equal(inflationFor(result, 0.05, 1), undefined);
});

test("with no boundary before it, a look is crossed as if it were the only one", () => {
  const open = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
  for (const drift of [0, 3, -40]) {
    const { upper } = crossing(
      [
        { time: 0.3, ...open },
        { time: 1, lower: -2, upper: 2 },
      ],
      drift,
    );
    assertClose(upper[1], normalSf(2 - drift), 1e-9, `drift ${drift}`, 1e-20);
  }
});
