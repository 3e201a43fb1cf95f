import type { FixedHorizon } from "../../../protocols/scorecard.ts";
import { studentQuantile, studentSf, twoSided } from "../special/special.ts";
import type { Answer } from "./answer.ts";

/** One look, at the planned end or when the experiment is completed. Before that it is shown, and decides nothing. */
export function fixedHorizon(
  { difference, standardError, degreesOfFreedom }: Answer,
  alpha: number,
  end: { readonly isFinal: boolean; readonly units?: number | undefined },
): FixedHorizon {
  const reach = studentQuantile(1 - alpha / 2, degreesOfFreedom) * standardError;
  return {
    kind: "fixed",
    isFinal: end.isFinal,
    interval: [difference - reach, difference + reach],
    pValue: twoSided(studentSf(Math.abs(difference / standardError), degreesOfFreedom)),
    ...(end.units === undefined ? {} : { units: end.units }),
  };
}
