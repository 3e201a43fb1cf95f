import type {
  MetricPlan,
  Mde,
  PlanRefusal,
  PlanStep,
  PowerAnswer,
  Simulated,
  Simulation,
} from "../../protocols/power-answer.ts";
import { counted, textTable } from "../text-table.ts";

/** A plan for people: what it takes, what it costs, and a curve of days. */
export function powerText(answer: PowerAnswer): string {
  return [
    headOf(answer),
    ...answer.metrics.flatMap((metric) => ["", ...metricLines(metric, answer)]),
    "",
    "It holds if:",
    ...answer.assumptions.map((sentence) => `  - ${sentence}`),
  ].join("\n");
}

function headOf({ overall, alpha, power, comparisons, weights }: PowerAnswer): string {
  const split = comparisons > 1 ? ` over ${comparisons} comparisons` : "";
  const terms = `alpha ${alpha}${split}, power ${percent(power)}, ${weights.length} variants`;
  if (overall === undefined) return terms;
  const days = overall.days === undefined ? "" : `, ${counted(overall.days, "day")}`;
  return `${whole(overall.units)} units in all${days}  (${terms})`;
}

function metricLines(metric: MetricPlan, { history }: PowerAnswer): string[] {
  const { plan, atUnits, curve, simulation } = metric;
  return [
    `${metric.metric}: ${baselineText(metric)}${metric.from === "history" && history !== undefined ? `, of ${whole(history.units)} units of the past` : ""}`,
    ...(plan === undefined
      ? []
      : plan.kind === "planned"
        ? plannedLines(plan)
        : [`  no plan: ${refusalText(plan)}`]),
    ...(atUnits === undefined
      ? []
      : [
          `  with ${whole(atUnits.units)} units: finds ${mdeText(atUnits.mde)}${atUnits.power === undefined ? "" : `; the planned change with ${percent(atUnits.power)}`}`,
        ]),
    ...curveLines(curve),
    ...(simulation === undefined ? [] : simulationLines(simulation)),
  ];
}

function baselineText({ mean, effect, margin, covariateCorrelation, baseline }: MetricPlan): string {
  if (mean === undefined) return "no baseline";
  const own =
    baseline?.kind === "mean"
      ? `mean ${short(mean)} ± ${short(baseline.standardDeviation)}`
      : `${baseline?.kind === "ratio" ? "ratio" : "rate"} ${short(mean)}`;
  return [
    own,
    ...(margin === undefined ? [] : [`no worse than ${changeText(margin)}`]),
    ...(effect === undefined || (margin !== undefined && effect.absolute === 0)
      ? []
      : [`change ${changeText(effect)}`]),
    ...(covariateCorrelation === undefined ? [] : [`covariate ρ ${short(covariateCorrelation)}`]),
  ].join(", ");
}

function plannedLines(plan: Extract<MetricPlan["plan"], { kind: "planned" }>): string[] {
  const { units, unitsPerVariant, days, power, expectedUnits, steps, better } = plan;
  return [
    `  ${whole(units)} units (${unitsPerVariant.map(whole).join(" + ")})${days === undefined ? "" : `, ${counted(days, "day")}`}, power ${percent(power)}`,
    ...steps.map(stepText),
    ...(expectedUnits.planned < units * 0.999
      ? [
          `  stops on average after ${whole(expectedUnits.planned)} units with the change, ${whole(expectedUnits.none)} without`,
        ]
      : []),
    ...(better === undefined
      ? []
      : [
          `  tuned for ${whole(better.tunedFor)} units it would take ${whole(better.units)} (--tuned-for ${better.tunedFor})`,
        ]),
  ];
}

const stepWords: Record<PlanStep["step"], string> = {
  plain: "one look, one comparison",
  correction: "correction",
  cuped: "covariate",
  monitoring: "looking earlier",
};

const stepText = ({ step, units, factor }: PlanStep): string =>
  `    ${stepWords[step].padEnd(26)}${step === "plain" ? "" : `× ${factor.toFixed(2)}`}`.padEnd(40) +
  whole(Math.ceil(units)).padStart(14);

const barWidth = 30;

/** Days, units, what can be found, and a bar as long as that is. */
function curveLines(curve: MetricPlan["curve"]): string[] {
  const sizes = curve.map(({ mde }) => (mde.kind === "found" ? Math.abs(mde.relative ?? mde.absolute) : 0));
  const largest = Math.max(...sizes, 0);
  if (largest === 0) return [];
  const isPlanned = curve.some(({ power }) => power !== undefined);
  const rows = curve.map(({ days, units, mde, power }, index) => [
    String(days),
    whole(Math.floor(units)),
    mdeText(mde),
    ...(isPlanned ? [power === undefined ? "" : percent(power)] : []),
    "█".repeat(
      Math.max(mde.kind === "found" ? 1 : 0, Math.round((barWidth * (sizes[index] ?? 0)) / largest)),
    ),
  ]);
  const titles = ["days", "units", "finds", ...(isPlanned ? ["power"] : []), ""];
  return textTable(titles, rows, new Set([0, 1, 2, 3].slice(0, titles.length - 1))).map(
    (line) => `  ${line}`,
  );
}

function simulationLines(simulation: Simulation): string[] {
  if (simulation.kind !== "simulated") return [`  not simulated: ${simulationRefusal(simulation)}`];
  const { power, typeOne, unitsAtStop, coverage, replicates, shape, remarks } = simulation;
  return [
    `  ${whole(replicates)} simulated experiments (${shape}):`,
    `    found            ${shareText(power)}`,
    `    false alarms     ${shareText(typeOne)}`,
    `    units at stop    ${whole(unitsAtStop.planned.value)} with the change, ${whole(unitsAtStop.none.value)} without`,
    `    interval holds   ${shareText(coverage.planned)} with the change, ${shareText(coverage.none)} without`,
    ...remarks.map((remark) => `    ! ${remark}`),
  ];
}

const shareText = ({ value, interval: [low, high] }: Simulated): string =>
  `${percent(value)} (${percent(low)}–${percent(high)})`;

function simulationRefusal(simulation: Exclude<Simulation, { kind: "simulated" }>): string {
  switch (simulation.kind) {
    case "not_planned":
      return "there is no plan to run";
    case "no_history":
      return "there are no units of the past to draw from";
    case "shape_does_not_fit":
      return simulation.reason;
    case "too_much_work":
      return `it would take too long; ${simulation.replicatesMax} replicates would do`;
  }
}

function refusalText(refusal: PlanRefusal): string {
  switch (refusal.kind) {
    case "no_variance":
      return "every unit has the same value";
    case "zero_baseline":
      return "the baseline is 0, of which no share can be taken: give an absolute change";
    case "zero_denominator":
      return "the denominators are 0";
    case "no_effect":
      return "the change is 0";
    case "rate_out_of_range":
      return `the changed rate would be ${short(refusal.rate)}, and must be within 0 and 1`;
    case "beyond_margin":
      return "the true change is itself beyond the margin";
    case "power_not_above_alpha":
      return `the power must be above ${refusal.alpha}, the chance of an error`;
    case "too_many_units":
      return `it would take more than ${whole(refusal.unitsMax)} units`;
    case "no_design":
      return `the planned looks have no boundaries (${refusal.reason})`;
    case "not_finite":
      return "its numbers are beyond what can be computed";
    case "metric_not_found":
      return "there is no such metric";
    case "needs_rows":
      return "a percentile's spread is not known from sums";
    case "too_few_units":
      return `the past has ${refusal.units} units, and at least ${refusal.unitsMin} are needed`;
  }
}

const mdeText = (mde: Mde): string => (mde.kind === "none" ? "nothing" : changeText(mde));
const changeText = ({
  absolute,
  relative,
}: {
  readonly absolute: number;
  readonly relative?: number;
}): string =>
  relative === undefined ? signed(short(absolute), absolute) : signed(percent(relative), relative);
const signed = (text: string, value: number): string => (value > 0 ? `+${text}` : text.replace("-", "−"));
const short = (value: number): string => String(Number(value.toPrecision(4)));
const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
const whole = (count: number): string => Math.round(count).toLocaleString("en");
