import type { AnswerTable } from "./answer.ts";
import { bayesAnswers } from "./bayes.ts";
import { depthAnswers } from "./depth.ts";
import { meanAnswers } from "./means.ts";
import { proportionAnswers } from "./proportions.ts";
import { quantileAnswers } from "./quantiles.ts";
import { ratioAnswers } from "./ratios.ts";
import { varianceReductionAnswers } from "./variance-reduction.ts";

/** Tests, variance reduction, Bayes, depth and calibration: everything of a fixed horizon. */
export const fixedHorizonAnswers: AnswerTable = {
  ...meanAnswers,
  ...proportionAnswers,
  ...ratioAnswers,
  ...quantileAnswers,
  ...varianceReductionAnswers,
  ...bayesAnswers,
  ...depthAnswers,
};
