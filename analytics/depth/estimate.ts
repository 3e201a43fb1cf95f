import type { DepthEstimate } from "../../protocols/depth.ts";
import type { EffectEstimated } from "../statistics/effect.ts";
import { noAnswer } from "../rows/silence.ts";

interface Silence {
  readonly kind: string;
}

/** What a method said, as an answer has it. */
export function estimateOf(found: EffectEstimated | Silence): DepthEstimate {
  if (!isEstimated(found)) return noAnswer({ ...found });
  const { difference, standardError, interval, pValue } = found;
  return { kind: "estimated", difference, standardError, interval, pValue };
}

const isEstimated = (found: Silence): found is EffectEstimated => found.kind === "estimated";
