import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { InteractionPair, Interactions } from "../../protocols/depth.ts";
import { summaryKind } from "../../protocols/metric-shape.ts";
import type { AnswerOptions, RowFailure, RowSurroundings } from "../rows/answer.ts";
import { crossedCells } from "./crossed-cells.ts";
import type { Crossed } from "./crossed-cells.ts";
import { lookedAt } from "./looked-at.ts";
import type { Looked } from "./looked-at.ts";
import type { ExperimentQuestion } from "./question.ts";
import { DepthReading } from "./reading.ts";
import { neighboursOf } from "./shared.ts";

/** Whether other experiments of the same time change this one's effect, one by one. */
export async function interactionsOf(
  surroundings: RowSurroundings,
  question: ExperimentQuestion,
  options: AnswerOptions,
): Promise<Reply<Interactions, RowFailure>> {
  const { environment, definition, metric } = question;
  const { experiment } = definition;
  const reading = new DepthReading(surroundings, options, `${environment}/${experiment.key}`);
  const neighbours = await neighboursOf(surroundings.warehouse, environment, definition);
  if (!neighbours.ok) return neighbours;
  if (reading.isGivenUp) return fail({ code: "cancelled" });
  const looked = lookedAt(neighbours.value, experiment);
  const crossed = await crossedWith(reading, question, looked);
  if (!crossed.ok) return crossed;
  const finished = reading.finish();
  if (!finished.ok) return finished;
  const pairs = looked.map((each) => pairOf(each, crossed.value.get(each)));
  const isRatio = summaryKind(metric, experiment.unit) === "ratio";
  return succeed({
    kind: "interactions",
    environment,
    experiment: experiment.key,
    phase: experiment.phase,
    metric: metric.key,
    alpha: experiment.analysis.alpha,
    ...finished.value,
    method: `Difference in differences of ${isRatio ? "ratios, by the delta method," : "means"} over the units that are in both experiments; normal interval; p-values adjusted by Holm over all pairs of treatments.`,
    assumptions,
    pairs,
    leftOut: neighbours.value.length - looked.length,
    comparisons: pairs.flatMap(({ cells }) => cells).filter(({ estimate }) => estimate.kind === "estimated")
      .length,
  });
}

const assumptions = [
  "Both experiments deal at random, independently of each other; the p of that stands beside each pair, and a small one voids it.",
  "Units are independent, and each group is large enough for its mean to be near normal.",
  "A value counts from the first exposure to the experiment that was asked about, as in its results. Who met the other one later was under it for a part of that time, which makes an interaction look smaller than it is.",
  "Intervals are each of one pair, and of one look: the adjusted p knows of the other pairs, and nothing here knows of other looks.",
];

/** Of those that are read, what was found; the rows of all of them are read at once. */
async function crossedWith(
  reading: DepthReading,
  { environment, definition, metric }: ExperimentQuestion,
  looked: readonly Looked[],
): Promise<Reply<ReadonlyMap<Looked, Crossed>, RowFailure>> {
  const wanted = looked.filter((each) => each.kind === "read");
  if (wanted.length === 0) return succeed(new Map());
  const others = wanted.map(({ neighbour: { experiment, phase }, other }) => ({
    experiment,
    phase,
    variants: other.variants.map(({ key }) => key),
  }));
  const read = await reading.read({ environment, definition, metric, more: { others } });
  if (!read.ok) return read;
  const rows = await reading.capped(read.value, metric);
  if (!rows.ok) return rows;
  const definitions = wanted.map(({ other }) => other);
  const found = await crossedCells(reading.pieces, rows.value, definition.experiment, definitions);
  return succeed(
    new Map(
      wanted.flatMap((each, index) => {
        const crossed = found[index];
        return crossed === undefined ? [] : [[each, crossed] as const];
      }),
    ),
  );
}

function pairOf(looked: Looked, crossed: Crossed | undefined): InteractionPair {
  const { experiment, phase, shared } = looked.neighbour;
  const units = crossed?.units ?? shared;
  const reason = looked.kind === "said" ? { reason: looked.reason } : {};
  return { experiment, phase, units, cells: crossed?.cells ?? [], ...reason };
}
