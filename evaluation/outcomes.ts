import type { DecisionCode, Evaluation, Reason } from "../protocols/decision.ts";
import type { Flag } from "../protocols/flag.ts";
import type { Json } from "../protocols/json.ts";

/** What an answer says beside the flag and its variation. */
export interface Because {
  readonly reason: Reason;
  readonly code: DecisionCode;
  readonly ruleId?: string | undefined;
  readonly experiment?: string | undefined;
  readonly variant?: string | undefined;
  readonly propensity?: number | undefined;
  readonly shadow?: string | undefined;
}

/** Makes one answer of a flag, once: evaluating only chooses among these. */
export type Answer = (variation: string, because: Because) => Evaluation;

/** Answers are frozen, values included, because each is given to many callers. */
export function answersOf(flag: Flag): Answer {
  const variations = new Map(flag.variations.map((each) => [each.key as string, each]));
  const values = new Map(flag.variations.map(({ key, value }) => [key as string, frozen(value)]));
  return (variation, because) => {
    const known = variations.get(variation);
    const { reason, code, ruleId, experiment, variant, propensity, shadow } = because;
    // compile() lets no plan through that names a variation its flag does not have.
    if (known === undefined) return Object.freeze({ flagKey: flag.key, reason: "ERROR", code });
    const { model } = known;
    return Object.freeze({
      flagKey: flag.key,
      variation,
      value: values.get(variation) as Json,
      reason,
      code,
      ...(ruleId === undefined ? {} : { ruleId }),
      ...(experiment === undefined ? {} : { experiment }),
      ...(variant === undefined ? {} : { variant }),
      ...(propensity === undefined ? {} : { propensity }),
      ...(shadow === undefined ? {} : { shadow }),
      ...(model === undefined ? {} : { model: Object.freeze({ ...model }) }),
    });
  };
}

/** A frozen copy, so that the plan itself stays as its owner made it. */
function frozen(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozen));
  // fromEntries defines members, so one named __proto__ stays a member.
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([name, member]) => [name, frozen(member)])),
  );
}
