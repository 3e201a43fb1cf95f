import type { NoAnswer, SequentialSampleRatio } from "../../../protocols/scorecard.ts";
import { sequentialRatio as testedRatio, type SequentialRatioArm } from "../health/sequential-srm.ts";
import { invalidBelow } from "./decide.ts";

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
