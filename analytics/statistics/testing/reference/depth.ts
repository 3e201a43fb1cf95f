import { z } from "zod";
import { heterogeneity } from "../../depth/heterogeneity.ts";
import { interaction } from "../../depth/interaction.ts";
import { noveltyTrend } from "../../depth/novelty.ts";
import { falsePositives, uniformity } from "../../health/calibration.ts";
import { bootstrapDifference, replicatesOf } from "../../methods/poisson-bootstrap.ts";
import { type AnswerTable, given } from "./answer.ts";
import { momentsOf, statusOf, Values } from "./shapes.ts";

const Cell = z
  .object({ n: z.number(), mean: z.number(), var: z.number() })
  .transform((cell) => ({ count: cell.n, mean: cell.mean, squaredDeviations: cell.var * (cell.n - 1) }));

export const depthAnswers: AnswerTable = {
  interaction_2x2: given(
    z.object({ cells: z.object({ cc: Cell, ct: Cell, tc: Cell, tt: Cell }) }),
    ({ cells }) => {
      const result = interaction(cells, 0.05);
      return result.kind === "tested"
        ? { effect: result.effect, se: result.standardError, z: result.statistic, p: result.pValue }
        : statusOf(result.kind);
    },
  ),
  heterogeneity_q: given(z.object({ effects: Values, se: Values }), ({ effects, se }) => {
    const result = heterogeneity(effects.map((value, index) => ({ value, variance: (se[index] ?? 0) ** 2 })));
    return result.kind === "tested"
      ? {
          pooled: result.pooled,
          se_pooled: result.standardError,
          Q: result.q,
          df: result.degreesOfFreedom,
          p: result.pValue,
          I2: result.inconsistency,
        }
      : statusOf(result.kind);
  }),
  novelty_trend: given(z.object({ day: Values, effect: Values, se: Values }), ({ day, effect, se }) => {
    const result = noveltyTrend(
      day.map((at, index) => ({ day: at, value: effect[index] ?? 0, variance: (se[index] ?? 0) ** 2 })),
    );
    return result.kind === "tested"
      ? {
          intercept: result.intercept,
          slope: result.slope,
          slope_se_known_var: result.standardError,
          z: result.statistic,
          p: result.pValue,
        }
      : statusOf(result.kind);
  }),
  ks_uniform: given(z.object({ p: Values }), ({ p }) => {
    const result = uniformity(p);
    return result.kind === "tested"
      ? { statistic: result.statistic, p: result.pValue }
      : statusOf(result.kind);
  }),
  fpr_interval: given(
    z.object({ rejections: z.number(), tests: z.number(), nominal: z.number() }),
    ({ rejections, tests, nominal }) => {
      const result = falsePositives(rejections, tests, nominal);
      return result.kind === "tested"
        ? { wilson: result.interval, binom_p: result.pValue }
        : statusOf(result.kind);
    },
  ),
  poisson_bootstrap_property: given(z.object({ x: Values, replicates: z.number() }), ({ x, replicates }) => {
    const values = Float64Array.from(x);
    const seen = replicatesOf({ values, firstUnit: 0 }, { from: 0, to: replicates, seed: 1 });
    const nothing = { units: x.length, replicates: new Float64Array(replicates) };
    const result = bootstrapDifference(
      momentsOf(x).mean,
      nothing,
      { units: x.length, replicates: seen },
      0.05,
    );
    return result.kind === "estimated" ? { se_mean: result.standardError } : statusOf(result.kind);
  }),
};
