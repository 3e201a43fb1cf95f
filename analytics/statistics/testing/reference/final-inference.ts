import { z } from "zod";
import { total } from "../../sequential/crossing.ts";
import type { GroupSequentialDesign } from "../../sequential/design.ts";
import { finalInference } from "../../sequential/final-inference.ts";
import { repeatedPValue } from "../../sequential/repeated.ts";
import { type AnswerTable, given } from "./answer.ts";
import { made, Sides, spendingOf } from "./sequential-design.ts";

const Stages = z.object({
  design: z.object({
    spending: z.string(),
    parameter: z.number().nullish(),
    t: z.array(z.number()),
    alpha: z.number(),
    sides: Sides.default(1),
  }),
  z: z.array(z.number()),
  stage: z.number(),
  stage_n_per_arm: z.array(z.number()),
  stage_mean_diff: z.array(z.number()),
  /** Of the units of one arm and stage. */
  sd: z.number(),
});

/** The data of the first stages together: their difference and its standard error. */
function pooled(
  counts: readonly number[],
  differences: readonly number[],
  sd: number,
): { readonly difference: number; readonly standardError: number; readonly information: number } {
  const units = total(counts);
  const difference = total(counts.map((count, index) => count * (differences[index] ?? 0))) / units;
  // The treated arm's mean moves from stage to stage; its own deviation over all stages counts that in.
  const within = total(counts.map((count) => (count - 1) * sd * sd));
  const between = total(counts.map((count, index) => count * ((differences[index] ?? 0) - difference) ** 2));
  const variance = (2 * within + between) / (2 * (units - 1));
  return {
    difference,
    standardError: Math.sqrt((2 * variance) / units),
    information: units / (2 * sd * sd),
  };
}

/** rpact halves [1e-6, 1/2] until it is shorter than 1e-6 and answers with the last middle. */
function asHalved(exact: number | undefined): number | undefined {
  if (exact === undefined) return undefined;
  let [low, high] = [1e-6, 0.5];
  let middle = 0.25;
  while (high - low >= 1e-6) {
    middle = (low + high) / 2;
    if (middle < exact) low = middle;
    else high = middle;
  }
  return middle;
}

export const finalInferenceAnswers: AnswerTable = {
  group_sequential_final_inference: given(Stages, (input) => {
    const { z: values, stage, stage_n_per_arm, stage_mean_diff, sd } = input;
    const { alpha, sides, t: times, spending, parameter } = input.design;
    const shape = { kind: "spending", spending: spendingOf(spending, parameter) } as const;
    const planned: GroupSequentialDesign = { shape, times, alpha, sides };
    const { z: bounds } = made(planned);
    const looks = values.map((_, index) =>
      pooled(stage_n_per_arm.slice(0, index + 1), stage_mean_diff.slice(0, index + 1), sd),
    );
    const regions = looks.slice(0, stage).map(({ information }, index) => {
      const upper = bounds[index] ?? Number.POSITIVE_INFINITY;
      return { time: information, lower: sides === 2 ? -upper : Number.NEGATIVE_INFINITY, upper };
    });
    const at = values[stage - 1] ?? Number.NaN;
    const final = finalInference({ regions, z: at, sides, errorPerEnd: alpha / sides });
    const ends = (side: 1 | -1): number[] =>
      looks.map(
        ({ difference, standardError }, index) => difference + side * (bounds[index] ?? 0) * standardError,
      );
    return {
      stagewise_p: final?.pValue,
      median_unbiased: final?.medianUnbiased,
      final_ci95: [final?.lower, final?.upper],
      repeated_ci_lower: ends(-1),
      repeated_ci_upper: ends(1),
      repeated_p: values.map((value, index) => asHalved(repeatedPValue(planned, index, value))),
    };
  }),
};
