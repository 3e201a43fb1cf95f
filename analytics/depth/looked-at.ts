import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { NoAnswer } from "../../protocols/scorecard.ts";
import type { Neighbour } from "./shared.ts";

type Experiment = ExperimentDefinition["experiment"];

/** A neighbour that is answered: by reading its units, or by why there is nothing to read. */
export type Looked =
  | { readonly kind: "read"; readonly neighbour: Neighbour; readonly other: Experiment }
  | { readonly kind: "said"; readonly neighbour: Neighbour; readonly reason: NoAnswer };

/** Each is one more byte a unit, and one more pass over the rows. */
const pairsMax = 10;
/** Experiments of 50 variants have thousands of pairs of treatments, which no correction leaves anything of. */
const cellsMax = 400;
/** Answers that cost nothing. */
const saidMax = 40;
/** Below it the normal interval of a skewed metric does not hold what it says. */
export const unitsInCellMin = 100;

/** Those with the most shared units, within the bounds. */
export function lookedAt(neighbours: readonly Neighbour[], experiment: Experiment): readonly Looked[] {
  const looked: Looked[] = [];
  let [read, said, cells] = [0, 0, 0];
  for (const neighbour of neighbours) {
    const { definition: other } = neighbour;
    const reason = whyNot(neighbour, experiment);
    if (reason !== undefined || other === undefined) {
      if (reason !== undefined && ++said <= saidMax) looked.push({ kind: "said", neighbour, reason });
      continue;
    }
    const more = (experiment.variants.length - 1) * (other.variants.length - 1);
    if (read === pairsMax || (read > 0 && cells + more > cellsMax)) continue;
    read++;
    cells += more;
    looked.push({ kind: "read", neighbour, other });
  }
  return looked;
}

function whyNot({ definition, shared }: Neighbour, experiment: Experiment): NoAnswer | undefined {
  const say = (code: string, reason: string): NoAnswer => ({ kind: "no_answer", code, reason });
  if (definition === undefined)
    return say("definition_unknown", "what it was in this phase is not stored in a form that can be read");
  if (definition.unit !== experiment.unit)
    return say(
      "different_units",
      `it deals to each ${definition.unit}, this one to each ${experiment.unit}: they share no unit`,
    );
  if (definition.layer !== undefined && definition.layer.key === experiment.layer?.key)
    return say(
      "exclusive_layer",
      `both are in the layer ${definition.layer.key}, which keeps their units apart`,
    );
  if (shared < 4 * unitsInCellMin)
    return say(
      "too_few_shared_units",
      `about ${shared} units are in both; four groups of ${unitsInCellMin} are the least`,
    );
  return undefined;
}
