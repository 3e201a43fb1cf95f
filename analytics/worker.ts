import type { AnalyseRequest } from "../protocols/analytics-messages.ts";
import type { Analysis } from "../protocols/results.ts";
import { analyse } from "./statistics/analyse.ts";

// The pool's thread. Work comes from the pool only, inside the same process, so nothing is parsed again here.

export function analyseTask(request: AnalyseRequest): Analysis {
  return analyse(request);
}
