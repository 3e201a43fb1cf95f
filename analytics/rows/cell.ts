import { assert } from "../../protocols/assert.ts";
import type { RowEstimate } from "../../protocols/row-answers.ts";
import type { CappedRows } from "./capping.ts";
import type { Pieces } from "./pieces.ts";
import type { RowQuestion } from "./question.ts";
import type { RowSet } from "./row-set.ts";

/** The estimate of one variant, by its place in the definition, against control. */
export type Cell = (variant: number) => Promise<RowEstimate>;

/** What a method's cells are made from. */
export interface CellInput {
  readonly pieces: Pieces;
  readonly question: RowQuestion;
  readonly capped: CappedRows;
  /** Each variant's own rows, and which of them are control's. */
  readonly groups: readonly RowSet[];
  readonly control: number;
  readonly alpha: number;
  readonly isRatio: boolean;
}

export function groupAt(groups: readonly RowSet[], index: number): RowSet {
  const group = groups[index];
  assert(group !== undefined, `variant ${index} is one of the definition's`);
  return group;
}
