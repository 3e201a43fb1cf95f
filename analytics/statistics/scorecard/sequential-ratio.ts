import type { NoAnswer, SequentialSampleRatio } from "../../../protocols/scorecard.ts";
import { sequentialRatio as testedRatio, type SequentialRatioArm } from "../health/sequential-srm.ts";
import { invalidBelow } from "./decide.ts";

/** Units were dealt by one split before, and by another after: sizes say nothing of either. */
export const weightsChanged: NoAnswer = {
  kind: "no_answer",
  code: "weights_changed",
  reason: "weights were changed in this phase, so its sizes fit no one split",
};

/** Sample ratio mismatch that may be looked at any time, with the least p of all looks. */
export function sequentialRatio(
  arms: readonly SequentialRatioArm[],
  earlierP: number,
): SequentialSampleRatio | NoAnswer {
  const tested = testedRatio(arms);
  switch (tested.kind) {
    case "tested": {
      const runningPValue = Math.min(earlierP, tested.pValue);
      return { ...tested, runningPValue, mismatch: runningPValue < invalidBelow };
    }
    case "one_variant":
      return { kind: "no_answer", code: tested.kind, reason: "there is one variant only" };
    case "units_without_weight":
      return {
        kind: "no_answer",
        code: tested.kind,
        reason: "there are units in a variant of weight 0, where no chance can have put them",
      };
    case "bad_counts":
      return { kind: "no_answer", code: tested.kind, reason: "its counts are out of range" };
  }
}
