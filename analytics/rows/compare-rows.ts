import { assert } from "../../protocols/assert.ts";
import { summaryKind } from "../../protocols/metric-shape.ts";
import type { RowComparison, RowEstimate } from "../../protocols/row-answers.ts";
import { bootstrapCells } from "./bootstrap.ts";
import type { CappedRows } from "./capping.ts";
import { groupAt } from "./cell.ts";
import type { Cell, CellInput } from "./cell.ts";
import { meanCells, percentileCells } from "./group-cells.ts";
import type { Pieces } from "./pieces.ts";
import type { RowQuestion } from "./question.ts";
import { rowsOf, variantRows } from "./row-set.ts";
import type { RowSet } from "./row-set.ts";
import { covariatesOf } from "./statement.ts";

export async function comparisonsOf(
  pieces: Pieces,
  question: RowQuestion,
  capped: CappedRows,
): Promise<RowComparison[]> {
  const { experiment } = question.definition;
  const groups = experiment.variants.map((_, index) => variantRows(capped.rows, index));
  const control = experiment.variants.findIndex(({ key }) => key === experiment.control);
  const input: CellInput = {
    pieces,
    question,
    capped,
    groups,
    control,
    alpha: experiment.analysis.alpha,
    isRatio: summaryKind(question.metric, experiment.unit) === "ratio",
  };
  const cell = cellsOf(input);
  return Promise.all(
    experiment.variants.flatMap(({ key }, index) =>
      index === control
        ? []
        : [
            cell(index).then((estimate) => ({
              variant: key,
              n: rowsOf(groupAt(groups, index)),
              nControl: rowsOf(groupAt(groups, control)),
              estimate,
            })),
          ],
    ),
  );
}

function cellsOf(input: CellInput): Cell {
  const { pieces, question, groups, control, alpha } = input;
  const { method, metric, definition } = question;
  const pair =
    (run: (a: RowSet, b: RowSet) => ReturnType<Pieces["run"]>): Cell =>
    async (variant) => {
      const found = await run(groupAt(groups, control), groupAt(groups, variant));
      return found.ok ? (found.value as RowEstimate) : found.failure;
    };
  switch (method) {
    case "percentile":
      return percentileCells(input);
    case "capped_welch":
      return meanCells(input);
    case "bootstrap":
      return bootstrapCells(input);
    case "mann_whitney":
      return pair((a, b) => pieces.run("ranks", a, b, alpha));
    case "regression": {
      const names = (covariatesOf(metric, definition) ?? []).map(({ key }) => key);
      return pair((a, b) => pieces.run("adjusted", a, b, alpha, names));
    }
    case "cluster_cr2":
      return pair((a, b) => pieces.run("clustered", a, b, alpha));
    case "distribution":
      assert(false, "a distribution compares nothing");
  }
}
