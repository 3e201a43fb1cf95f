import type { AnswerTable } from "./answer.ts";
import { alwaysValidAnswers } from "./always-valid.ts";
import { fixedHorizonAnswers } from "./fixed-horizon.ts";
import { groupSequentialAnswers } from "./group-sequential.ts";
import { finalInferenceAnswers } from "./final-inference.ts";
import { multiplicityAnswers } from "./multiplicity.ts";
import { gbSequentialAnswers } from "./gb-sequential.ts";
import { planningAnswers } from "./planning.ts";
import { specialAnswers } from "./special.ts";

/** Method name → how this engine answers it. One table a family. */
export const answers: AnswerTable = {
  ...specialAnswers,
  ...fixedHorizonAnswers,
  ...groupSequentialAnswers,
  ...planningAnswers,
  ...gbSequentialAnswers,
  ...multiplicityAnswers,
  ...finalInferenceAnswers,
  ...alwaysValidAnswers,
};
