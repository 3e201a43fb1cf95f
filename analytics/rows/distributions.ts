import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { RowAnswer } from "../../protocols/row-answers.ts";
import type { Pieces } from "./pieces.ts";
import { rowsOf, variantRows } from "./row-set.ts";
import type { RowSet } from "./row-set.ts";
import { noAnswer } from "./silence.ts";

/** Of each variant; of a ratio, of each unit's own where its denominator is not 0. */
export async function distributionsOf(
  pieces: Pieces,
  rows: RowSet,
  { experiment }: ExperimentDefinition,
): Promise<NonNullable<RowAnswer["distributions"]>> {
  const groups = experiment.variants.map(({ key }, index) => ({
    key,
    values: singleValues(variantRows(rows, index)),
  }));
  const edges = await pieces.run("edgesOf", together(groups.map(({ values }) => values)));
  return Promise.all(
    groups.map(async ({ key, values }) => {
      if (!edges.ok) return { ...edges.failure, variant: key };
      if (values.length === 0) return { ...noAnswer({ kind: "no_units" }), variant: key };
      const found = await pieces.run("distributionOf", values, key, edges.value);
      return found.ok ? found.value : { ...found.failure, variant: key };
    }),
  );
}

function singleValues(rows: RowSet): Float64Array {
  const { values, denominators } = rows;
  if (denominators === undefined) return values;
  const has = denominators.reduce((count, denominator) => count + (denominator === 0 ? 0 : 1), 0);
  const own = new Float64Array(new SharedArrayBuffer(8 * has));
  let at = 0;
  for (let index = 0; index < rowsOf(rows); index++)
    if (denominators[index] !== 0) own[at++] = (values[index] as number) / (denominators[index] as number);
  return own;
}

function together(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(new SharedArrayBuffer(8 * parts.reduce((sum, part) => sum + part.length, 0)));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
