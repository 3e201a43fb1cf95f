import type { Monitoring } from "../../../protocols/analysis-plan.ts";
import { keepsGrowing } from "../../../protocols/metric-shape.ts";
import type { Metric } from "../../../protocols/metric.ts";
import type { GroupSequential, NoAnswer, PlannedLook } from "../../../protocols/scorecard.ts";
import { boundaries } from "../sequential/boundaries.ts";
import type { GroupSequentialDesign } from "../sequential/design.ts";
import { repeatedPValue } from "../sequential/repeated.ts";
import { spendingOf } from "../sequential/spending.ts";
import { remainingFractions } from "./looks-taken.ts";
import { directionOf } from "./roles.ts";

type GroupSequentialPlan = Extract<Monitoring, { kind: "group_sequential" }>;

/**
 * What a comparison may say under a group sequential plan: what its planned looks said. The boundary follows the
 * information that was there at each look (Lan & DeMets), so looks need not come exactly when they were planned.
 *
 * Where units' values keep growing after their exposure, each look is bounded by itself, since it is less like the others than
 * looks at the same values are: at five looks the boundaries are a tenth higher, and the promise is kept.
 *
 * @param metric its direction says what a benefit is, which futility is about
 */
export function groupSequential(
  plan: GroupSequentialPlan,
  alpha: number,
  looks: readonly PlannedLook[],
  cell: string,
  metric: Metric,
): GroupSequential | NoAnswer {
  const ahead = remainingFractions(plan, looks);
  const direction = directionOf(metric);
  const common = {
    kind: "group_sequential",
    looks: looks.length + ahead.length,
    ...(ahead[0] === undefined ? {} : { nextUnits: Math.ceil(ahead[0] * plan.units) }),
  } as const;
  if (looks.length === 0) return { ...common, look: 0, information: 0, state: "waiting" };
  const design: GroupSequentialDesign = {
    shape: { kind: "spending", spending: spendingOf(plan.spending, plan.parameter) },
    times: [...looks.map(({ information }) => information), ...ahead],
    alpha,
    sides: 2,
    increments: keepsGrowing(metric) ? "any" : "independent",
  };
  const made = boundaries(design);
  if (made.kind !== "boundaries")
    return { kind: "no_answer", code: made.kind, reason: "the planned looks have no boundaries" };
  const futility = futilityOf(plan, design);
  for (const [index, look] of looks.entries()) {
    const seen = look.cells[cell];
    if (seen === undefined || seen[1] === 0) continue;
    const [difference, standardError] = seen;
    const statistic = difference / standardError;
    const boundary = made.z[index] ?? Number.POSITIVE_INFINITY;
    const hopeless = futility?.[index];
    const isLast = index === looks.length - 1;
    const state =
      Math.abs(statistic) >= boundary
        ? "efficacy"
        : hopeless !== undefined && direction * statistic <= hopeless
          ? "futility"
          : isLast && ahead.length === 0
            ? "ended"
            : "continue";
    // A futility bound that does not bind was passed by whoever took another look.
    const isPassed = state === "continue" || (state === "futility" && plan.futility?.binding !== true);
    if (isPassed && !isLast) continue;
    const reach = boundary * standardError;
    const pValue = repeated(design, index, statistic);
    return {
      ...common,
      look: index + 1,
      information: look.information,
      statistic,
      state,
      ...(Number.isFinite(boundary)
        ? { boundary, interval: [difference - reach, difference + reach] as const }
        : {}),
      ...(hopeless !== undefined && Number.isFinite(hopeless) ? { futilityBoundary: hopeless } : {}),
      ...(pValue === undefined ? {} : { pValue }),
    };
  }
  return { ...common, look: looks.length, information: looks.at(-1)?.information ?? 0, state: "continue" };
}

/** Of the benefit's side, which spends half of alpha: non-binding unless the plan binds itself. */
function futilityOf(plan: GroupSequentialPlan, design: GroupSequentialDesign): readonly number[] | undefined {
  if (plan.futility === undefined) return undefined;
  const { beta, binding } = plan.futility;
  const spending = spendingOf(plan.spending, plan.parameter);
  const made = boundaries({
    ...design,
    increments: "independent",
    alpha: design.alpha / 2,
    sides: 1,
    futility: { spending, beta, binding },
  });
  return made.kind === "boundaries" ? made.futilityZ : undefined;
}

/** A look is taken once and read ever after, and its p-value is a search over designs. */
const knownP = new Map<string, number | undefined>();
const knownPMax = 10_000;

function repeated(design: GroupSequentialDesign, index: number, statistic: number): number | undefined {
  const key = `${JSON.stringify(design)}/${index}/${statistic}`;
  if (knownP.has(key)) return knownP.get(key);
  if (knownP.size >= knownPMax) knownP.delete(knownP.keys().next().value ?? "");
  const pValue = repeatedPValue(design, index, statistic);
  knownP.set(key, pValue);
  return pValue;
}
