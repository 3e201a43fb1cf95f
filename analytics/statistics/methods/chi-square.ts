import { chiSquareSf } from "../special/special.ts";

/** p is never 0: no data can say that. */
const pOf = (chiSquare: number, degreesOfFreedom: number): number =>
  Math.max(Number.MIN_VALUE, chiSquareSf(chiSquare, degreesOfFreedom));

export interface Independence {
  readonly kind: "tested";
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  /** Of all cells: below 5 the test is only rough (Cochran). */
  readonly smallestExpected: number;
}

export interface EmptyMargin {
  /** A row or a column of the table holds nothing, or there is only one. */
  readonly kind: "empty_margin";
}

/**
 * Pearson's test that rows and columns of a table of counts have nothing to do with each other. `continuity`: Yates'
 * correction, for two rows and two columns.
 */
export function independence(
  table: readonly (readonly number[])[],
  continuity = false,
): Independence | EmptyMargin {
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = (table[0] ?? []).map((_, index) => table.reduce((sum, row) => sum + (row[index] ?? 0), 0));
  const total = rows.reduce((sum, count) => sum + count, 0);
  if (rows.length < 2 || columns.length < 2 || [...rows, ...columns].some((count) => !(count > 0)))
    return { kind: "empty_margin" };
  let chiSquare = 0;
  let smallestExpected = Number.POSITIVE_INFINITY;
  for (const [r, row] of table.entries()) {
    for (const [c, count] of row.entries()) {
      const expected = ((rows[r] ?? 0) / total) * (columns[c] ?? 0);
      const distance = Math.abs(count - expected);
      chiSquare += (continuity ? distance - Math.min(0.5, distance) : distance) ** 2 / expected;
      smallestExpected = Math.min(smallestExpected, expected);
    }
  }
  const degreesOfFreedom = (rows.length - 1) * (columns.length - 1);
  return {
    kind: "tested",
    chiSquare,
    degreesOfFreedom,
    pValue: pOf(chiSquare, degreesOfFreedom),
    smallestExpected,
  };
}
