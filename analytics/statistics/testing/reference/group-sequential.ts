import { z } from "zod";
import { spendingBoundary } from "../../sequential/boundaries.ts";
import { crossing, cumulative } from "../../sequential/crossing.ts";
import type { Shape } from "../../sequential/design.ts";
import { inflationFor } from "../../sequential/operating.ts";
import { type Spending, spentBy } from "../../sequential/spending.ts";
import { normalSf } from "../../special/special.ts";
import { type AnswerTable, given } from "./answer.ts";
import { longNames, made, Sides, spendingOf, Times } from "./sequential-design.ts";

const Exact = z.object({
  kind: z.string(),
  delta: z.number().nullish(),
  interim_z: z.number().nullish(),
  looks: z.number().nullish(),
  t: Times,
  alpha: z.number(),
  sides: Sides.default(2),
  parameter: z.number().nullish(),
});

function shapeOf({ kind, delta, interim_z, parameter }: z.infer<typeof Exact>): Shape {
  const long = longNames[kind] ?? kind;
  switch (long) {
    case "pocock":
    case "obrien_fleming":
      return { kind: long };
    case "wang_tsiatis":
      return { kind: long, delta: delta ?? parameter ?? 0 };
    case "haybittle_peto":
      return { kind: long, interimZ: interim_z ?? parameter ?? 3 };
    default:
      return { kind: "spending", spending: spendingOf(long, parameter ?? delta) };
  }
}

const timesOf = (times: readonly number[] | null | undefined, looks: number | null | undefined): number[] =>
  times === null || times === undefined
    ? Array.from({ length: looks ?? 0 }, (_, index) => (index + 1) / (looks ?? 1))
    : [...times];

const exactAnswer = given(Exact, (input) => {
  const times = timesOf(input.t, input.looks);
  const result = made({ shape: shapeOf(input), times, alpha: input.alpha, sides: input.sides });
  return {
    constant: result.constant,
    z: result.z,
    cumulative_alpha: result.spent,
    nominal_p: input.sides * normalSf(result.z.at(-1) ?? 0),
  };
});

const spendingAnswer = given(
  z.object({
    spending: z.string(),
    parameter: z.number().nullish(),
    t: z.array(z.number()),
    alpha: z.number(),
    sides: Sides.default(2),
  }),
  ({ spending, parameter, t, alpha, sides }) => {
    const shape: Shape = { kind: "spending", spending: spendingOf(spending, parameter) };
    const { z: bounds, spent } = made({ shape, times: t, alpha, sides });
    return {
      z: bounds,
      cumulative_alpha: spent,
      nominal_p: bounds.map((bound) => sides * normalSf(bound)),
      adjusted_two_sided_alpha: bounds.map((bound) => 2 * normalSf(bound)),
    };
  },
);

const futilityAnswer = given(
  z.object({
    efficacy: z.string(),
    efficacy_parameter: z.number().nullish(),
    futility: z.string(),
    futility_parameter: z.number().nullish(),
    binding: z.boolean(),
    t: z.array(z.number()),
    alpha: z.number(),
    beta: z.number(),
    sides: Sides.default(1),
  }),
  (input) => {
    const { t: times, alpha, beta, binding, sides } = input;
    const spending = spendingOf(input.efficacy, input.efficacy_parameter);
    const futility = { spending: spendingOf(input.futility, input.futility_parameter), beta, binding };
    const result = made({ shape: { kind: "spending", spending }, times, alpha, sides, futility });
    return {
      z_efficacy: result.z,
      z_futility: result.futilityZ?.slice(0, -1),
      inflation: inflationFor(result, alpha, 1 - beta)?.inflation,
      cumulative_alpha: result.spent,
    };
  },
);

const powerAnswer = given(Exact.extend({ power: z.number() }), (input) => {
  const times = timesOf(input.t, input.looks);
  const result = made({ shape: shapeOf(input), times, alpha: input.alpha, sides: input.sides });
  const cost = inflationFor(result, input.alpha, input.power);
  return {
    inflation: cost?.inflation,
    drift: cost?.drift,
    asn_h1: cost?.meanAtPlanned,
    asn_h01: cost?.meanAtHalf,
    asn_h0: cost?.meanAtNone,
  };
});

export const groupSequentialAnswers: AnswerTable = {
  group_sequential_exact: exactAnswer,
  group_sequential_spending: spendingAnswer,
  group_sequential_futility: futilityAnswer,
  group_sequential_power: powerAnswer,
  group_sequential_spending_trap: given(
    z.object({ t: z.array(z.number()), alpha: z.number(), sides: Sides.default(2) }),
    ({ t, alpha, sides }) => {
      const obrienFleming: Spending = { kind: "obrien_fleming" };
      const perSide = t.map((time) => spentBy(obrienFleming, alpha, time) / sides);
      return {
        z_if_spending_applied_to_total_alpha: spendingBoundary(t, perSide, sides),
        z_per_side_convention: made({
          shape: { kind: "spending", spending: obrienFleming },
          times: t,
          alpha,
          sides,
        }).z,
      };
    },
  ),
  group_sequential_crossing: given(
    z.object({
      z: z.array(z.number()),
      t: z.array(z.number()),
      sides: Sides.default(2),
      drift: z.number().default(0),
    }),
    ({ z: bounds, t, sides, drift }) => {
      const regions = t.map((time, index) => {
        const upper = bounds[index] ?? Number.POSITIVE_INFINITY;
        return { time, upper, lower: sides === 2 ? -upper : Number.NEGATIVE_INFINITY };
      });
      const { upper, lower } = crossing(regions, drift);
      return { cumulative: cumulative(upper.map((up, index) => up + (lower[index] ?? 0))) };
    },
  ),
};
