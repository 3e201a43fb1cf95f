import type { PowerRequest } from "../../../protocols/power.ts";
import type { MetricPlan, Simulation } from "../../../protocols/power-answer.ts";
import type { Planned } from "../plan.ts";
import type { SimulationTask } from "./run.ts";
import type { OwnUnits } from "./sample.ts";

/** Single values that may be drawn for one metric: at 50 ns each, half a minute of one core. */
const drawsMax = 600_000_000;

export type Prepared =
  | { readonly kind: "ready"; readonly task: SimulationTask }
  | Exclude<Simulation, { kind: "simulated" }>;

/** The planned experiment of one metric, the smallest variant against the control; or why it is not simulated. */
export function prepare(
  { question }: Planned,
  { plan, baseline }: MetricPlan,
  { simulate, monitoring }: PowerRequest,
  own: OwnUnits | undefined,
): Prepared {
  if (simulate === undefined || question?.difference === undefined || baseline === undefined)
    return { kind: "not_planned" };
  if (plan?.kind !== "planned") return { kind: "not_planned" };
  const shape = simulate.shape ?? shapeFor(baseline.kind, own !== undefined);
  if (shape === "history" && own === undefined) return { kind: "no_history" };
  const reason = misfit(shape, baseline);
  if (reason !== undefined) return { kind: "shape_does_not_fit", reason };
  const { comparison, difference, alpha } = question;
  const [control, variant] = comparison.shares.map((part) => Math.ceil(part * plan.units));
  const { seed, replicates } = simulate;
  const units = (control ?? 0) + (variant ?? 0);
  const draws = shape === "history" || shape === "lognormal" ? 2 * units * replicates : 0;
  if (draws > drawsMax)
    return {
      kind: "too_much_work",
      draws,
      drawsMax,
      replicatesMax: Math.floor(drawsMax / (2 * units)),
    };
  return {
    kind: "ready",
    task: {
      population: {
        baseline,
        shape,
        correlation: baseline.kind === "ratio" ? 0 : Math.sqrt(1 - comparison.varianceLeft),
      },
      ...(shape === "history" && own !== undefined ? { own } : {}),
      monitoring,
      alpha,
      grows: comparison.grows,
      control: control ?? 0,
      variant: variant ?? 0,
      null: comparison.null,
      difference,
      sides: comparison.null === 0 ? 2 : 1,
      seed,
      from: 0,
      to: replicates,
    },
  };
}

type Shape = SimulationTask["population"]["shape"];
type Baseline = SimulationTask["population"]["baseline"];

function shapeFor(kind: Baseline["kind"], hasOwn: boolean): Shape {
  if (hasOwn) return "history";
  return kind === "proportion" ? "bernoulli" : "normal";
}

function misfit(shape: Shape, baseline: Baseline): string | undefined {
  if (shape === "history") return undefined;
  if ((shape === "bernoulli") !== (baseline.kind === "proportion"))
    return baseline.kind === "proportion" ? "a rate's units are 0 or 1" : "only a rate's units are 0 or 1";
  if (shape === "lognormal" && baseline.kind === "ratio") return "a ratio's sums are drawn as normal ones";
  if (shape === "lognormal" && baseline.kind === "mean" && !(baseline.mean > 0))
    return "lognormal values are above 0, and the mean is not";
  return undefined;
}
