import type { Evaluation, EvaluationContext } from "../protocols/decision.ts";
import type { Override } from "../protocols/layer.ts";
import type { Plan } from "../protocols/plan.ts";
import { memberOf } from "./attribute.ts";
import type { PublishedExperiment } from "../protocols/experiment.ts";

/** What an override gives on the flag it is about. */
export interface Forced {
  readonly key: string;
  readonly unit: string;
  readonly variation: string;
  readonly experiment?: string;
  readonly variant?: string;
  readonly expiresAt: number;
}

/**
 * A plan's overrides by flag, in the order in which they count: those of the flag before those of its experiments, and
 * of equal ones the key that sorts first. An override of an experiment holds in every status but `archived`, so that a
 * draft can be looked at before it starts. One whose target is not there is left out.
 */
export function forcedByFlag(plan: Plan): ReadonlyMap<string, readonly Forced[]> {
  const byFlag = new Map<string, Forced[]>();
  const overrides = Object.values(plan.overrides ?? {}).sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const isOfFlag of [true, false])
    for (const override of overrides) {
      if ("flag" in override.target !== isOfFlag) continue;
      const found = forcedOf(override, plan);
      if (found === undefined) continue;
      const list = byFlag.get(found.flag);
      if (list === undefined) byFlag.set(found.flag, [found.forced]);
      else list.push(found.forced);
    }
  return byFlag;
}

function forcedOf(override: Override, plan: Plan): { flag: string; forced: Forced } | undefined {
  const { key, unit, target, expiresAt = Infinity } = override;
  if ("flag" in target)
    return { flag: target.flag, forced: { key, unit, variation: target.variation, expiresAt } };
  const experiment = memberOf(plan.experiments, target.experiment) as PublishedExperiment | undefined;
  const variant = experiment?.variants.find((each) => each.key === target.variant);
  if (experiment === undefined || variant === undefined || experiment.status === "archived") return undefined;
  const { variation } = variant;
  const named = { experiment: experiment.key, variant: variant.key };
  return { flag: experiment.flag, forced: { key, unit, variation, expiresAt, ...named } };
}

interface ForcedAnswer {
  readonly expiresAt: number;
  readonly evaluation: Evaluation;
}

/** The overrides of one flag, ready to be asked: of the unit first, then of the session. */
export class ForcedAnswers {
  readonly #byUnit = new Map<string, ForcedAnswer[]>();

  add(unit: string, answer: ForcedAnswer): void {
    const list = this.#byUnit.get(unit);
    if (list === undefined) this.#byUnit.set(unit, [answer]);
    else list.push(answer);
  }

  for({ unitId, sessionId, now }: EvaluationContext): Evaluation | undefined {
    return this.#of(unitId, now) ?? (sessionId === undefined ? undefined : this.#of(sessionId, now));
  }

  #of(unit: string, now: number): Evaluation | undefined {
    const list = this.#byUnit.get(unit);
    if (list === undefined) return undefined;
    for (const { expiresAt, evaluation } of list) if (!(now >= expiresAt)) return evaluation;
    return undefined;
  }
}
