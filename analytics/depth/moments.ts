import type { Reply } from "../../protocols/errors.ts";
import type { NoAnswer } from "../../protocols/scorecard.ts";
import type { Pieces } from "../rows/pieces.ts";
import { variantRows } from "../rows/row-set.ts";
import type { RowSet } from "../rows/row-set.ts";
import { noPairs } from "../statistics/bivariate.ts";
import type { PairSummary } from "../statistics/bivariate.ts";
import type { MeanSummary } from "../statistics/moments.ts";

/**
 * A piece that every number of the answer rests on: without it there is no answer, so its defect is the answer's. Undefined
 * where the whole was given up, which `DepthReading.finish` says.
 */
export async function needed<Found>(
  pieces: Pieces,
  piece: Promise<Reply<Found, NoAnswer>>,
): Promise<Found | undefined> {
  const found = await piece;
  if (found.ok) return found.value;
  if (pieces.failure === undefined) throw new Error(found.failure.reason);
  return undefined;
}

const nobody: MeanSummary = { count: 0, mean: 0, squaredDeviations: 0 };

/** Of each group of the rows. */
export async function meansOf(pieces: Pieces, rows: RowSet): Promise<(group: number) => MeanSummary> {
  const found = await Promise.all(
    groupsOf(rows).map((group) => needed(pieces, pieces.run("momentsOf", variantRows(rows, group).values))),
  );
  return (group) => found[group] ?? nobody;
}

/** The same of metrics with two numbers a unit. */
export async function pairsOf(pieces: Pieces, rows: RowSet): Promise<(group: number) => PairSummary> {
  const found = await Promise.all(
    groupsOf(rows).map((group) => {
      const { values, denominators = new Float64Array() } = variantRows(rows, group);
      return needed(pieces, pieces.run("pairMomentsOf", values, denominators));
    }),
  );
  return (group) => found[group] ?? noPairs;
}

const groupsOf = ({ starts }: RowSet): number[] => starts.slice(1).map((_, group) => group);

/** Two readings as one: the groups of the first, then those of the second. */
export function together(first: RowSet, second: RowSet): RowSet {
  const values = new Float64Array(new SharedArrayBuffer(first.values.byteLength + second.values.byteLength));
  values.set(first.values);
  values.set(second.values, first.values.length);
  const from = first.values.length;
  return {
    starts: [...first.starts.slice(0, -1), ...second.starts.map((at) => from + at)],
    values,
    covariates: [],
  };
}
