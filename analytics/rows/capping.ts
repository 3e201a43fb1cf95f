import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Pieces, PieceFailure } from "./pieces.ts";
import type { RowSet } from "./row-set.ts";

export interface CappedRows {
  readonly rows: RowSet;
  /** Absent where there is no value at all, or no cap. */
  readonly cap?: number;
  /** By variant, how many values were above it. */
  readonly capped?: readonly number[];
}

/** Values above the quantile of all arms together become it: a cap of each arm's own would hide a difference in tails. */
export async function capAtQuantile(
  pieces: Pieces,
  rows: RowSet,
  share: number,
  frozen: number | undefined,
): Promise<Reply<CappedRows, PieceFailure>> {
  const found = frozen === undefined ? await pieces.run("pooledCap", rows, share) : succeed(frozen);
  if (pieces.failure !== undefined) return fail(pieces.failure);
  const cap = found.ok ? found.value : undefined;
  if (cap === undefined) return succeed({ rows });
  const values = new Float64Array(new SharedArrayBuffer(rows.values.byteLength));
  const capped = rows.starts.slice(0, -1).map((from, variant) => {
    let above = 0;
    for (let index = from; index < (rows.starts[variant + 1] ?? from); index++) {
      const value = rows.values[index] as number;
      if (value > cap) above++;
      values[index] = Math.min(value, cap);
    }
    return above;
  });
  return succeed({ rows: { ...rows, values }, cap, capped });
}
