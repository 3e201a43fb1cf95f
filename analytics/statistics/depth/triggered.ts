import type { Uncertain } from "../effect.ts";
import { twoProportion } from "../methods/two-proportion.ts";
import { welch } from "../methods/welch.ts";
import type { MeanSummary } from "../moments.ts";

/** One arm: all units assigned, those of them that met the change, and the metric of either part. */
export interface TriggeredArm {
  readonly triggered: MeanSummary;
  readonly complement: MeanSummary;
}

export interface Triggered {
  /** Among units that met the change, where the whole effect is. */
  readonly effect: ReturnType<typeof welch>;
  /** Among the others, where there can be none: an effect here is a fault of the trigger. */
  readonly complement: ReturnType<typeof welch>;
  /** Whether both arms were triggered equally often. If not, the triggered units are not comparable. */
  readonly rate: ReturnType<typeof twoProportion>;
  /** What the triggered effect means for all units; absent without an effect. */
  readonly diluted?: Uncertain & { readonly rate: number };
}

/** The analysis of those who met the change, with the two checks it rests on. */
export function triggered(control: TriggeredArm, variant: TriggeredArm, alpha: number): Triggered {
  const effect = welch(control.triggered, variant.triggered, alpha);
  const countOf = (arm: TriggeredArm) => ({
    count: arm.triggered.count + arm.complement.count,
    successes: arm.triggered.count,
  });
  const [a, b] = [countOf(control), countOf(variant)];
  const result = {
    effect,
    complement: welch(control.complement, variant.complement, alpha),
    rate: twoProportion(a, b, alpha),
  };
  if (effect.kind !== "estimated") return result;
  const units = a.count + b.count;
  const rate = (a.successes + b.successes) / units;
  return {
    ...result,
    diluted: {
      rate,
      value: rate * effect.difference,
      // The rate is an estimate, too; it and the triggered effect are uncorrelated.
      variance: (rate * effect.standardError) ** 2 + (effect.difference ** 2 * rate * (1 - rate)) / units,
    },
  };
}
