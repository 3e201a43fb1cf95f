import type { Rollout } from "../protocols/flag.ts";

/**
 * The share of a rollout at a time, in buckets. A step holds until the next; a linear ramp moves in a straight line from
 * step to step, rounded down to whole buckets. Before the first step nobody is in.
 */
export function shareAt({ ramp, steps }: Rollout, now: number): number {
  let index = -1;
  while (index + 1 < steps.length && now >= (steps[index + 1] as Rollout["steps"][number]).at) index++;
  const step = steps[index];
  const next = steps[index + 1];
  if (step === undefined) return 0;
  if (ramp !== "linear" || next === undefined) return step.share;
  return step.share + quotient((next.share - step.share) * (now - step.at), next.at - step.at);
}

/** Rounded down, exactly: integers up to 2^53 here, that is for steps up to 28 years apart. */
function quotient(dividend: number, divisor: number): number {
  const rest = dividend % divisor;
  return (dividend - rest) / divisor - (rest < 0 ? 1 : 0);
}

/** Parsed from JSON of any version: what is no rollout that this one knows is undefined. */
export function rolloutOf(value: unknown): Rollout | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const rollout = value as Rollout;
  const { variation, ramp, steps } = rollout;
  if (typeof variation !== "string" || !Array.isArray(steps) || steps.length === 0) return undefined;
  if (ramp !== undefined && ramp !== "step" && ramp !== "linear") return undefined;
  const areSteps = rollout.steps.every(
    (step) => typeof step === "object" && Number.isFinite(step?.at) && Number.isFinite(step?.share),
  );
  return areSteps ? rollout : undefined;
}
