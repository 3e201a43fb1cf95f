import { succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { RowEstimate } from "../../protocols/row-answers.ts";
import type { NoAnswer } from "../../protocols/scorecard.ts";
import { meanOf } from "../statistics/linear/least-squares.ts";
import { quantileOf } from "../statistics/methods/order-statistics.ts";
import { bootstrapDifference } from "../statistics/methods/poisson-bootstrap.ts";
import { groupAt } from "./cell.ts";
import type { Cell, CellInput } from "./cell.ts";
import { percentileShare } from "./percentile-share.ts";
import { unitsIn } from "./replicates.ts";
import { rowsOf } from "./row-set.ts";
import type { RowSet } from "./row-set.ts";
import { noAnswer } from "./silence.ts";

const replicates = 1_000;
/** Every run gives the same numbers. */
const seed = 20_060_806;
/** About 0.2 s of a thread: as long as whoever is more urgent may have to wait for one. */
const drawsPerPiece = 40_000_000;

interface Group {
  readonly units: number;
  readonly value: number;
  readonly replicates: Float64Array;
}

/** Poisson bootstrap of means, ratios and percentiles: the ranges of replicates are spread over the threads. */
export function bootstrapCells(input: CellInput): Cell {
  const { groups, control, alpha } = input;
  const kept = groups.map((): Promise<Reply<Group, NoAnswer>> | undefined => undefined);
  const groupOf = (variant: number): Promise<Reply<Group, NoAnswer>> =>
    (kept[variant] ??= groupReplicates(input, variant));
  return async (variant) => {
    const [a, b] = [await groupOf(control), await groupOf(variant)];
    if (!a.ok) return a.failure;
    if (!b.ok) return b.failure;
    return cellOf(a.value, b.value, alpha);
  };
}

async function groupReplicates(
  { pieces, question, groups, capped }: CellInput,
  variant: number,
): Promise<Reply<Group, NoAnswer>> {
  const share = percentileShare(question.metric);
  const rows = groupAt(groups, variant);
  const of = unitsIn(rows, capped.rows.starts[variant] ?? 0);
  if (rowsOf(rows) === 0) return succeed({ units: 0, value: Number.NaN, replicates: new Float64Array() });
  const ordered = share === undefined ? succeed(rows) : await pieces.run("inOrder", rows);
  if (!ordered.ok) return ordered;
  // Even, as the kernel makes two of each hash.
  const size = 2 * Math.max(1, Math.min(replicates / 2, Math.floor(drawsPerPiece / (2 * rowsOf(rows)))));
  const ranges = Array.from({ length: Math.ceil(replicates / size) }, (_, index) => ({
    from: index * size,
    to: Math.min(replicates, (index + 1) * size),
    seed,
  }));
  const parts = await Promise.all(
    ranges.map((range) => pieces.run("variantReplicates", ordered.value, of, share, range)),
  );
  const all = new Float64Array(replicates);
  for (const [index, part] of parts.entries()) {
    if (!part.ok) return part;
    all.set(part.value, ranges[index]?.from ?? 0);
  }
  return succeed({ units: of.count, value: valueOf(ordered.value, share), replicates: all });
}

function valueOf({ values, denominators }: RowSet, share: number | undefined): number {
  if (share !== undefined) return quantileOf(values, share);
  return denominators === undefined ? meanOf(values) : meanOf(values) / meanOf(denominators);
}

function cellOf(a: Group, b: Group, alpha: number): RowEstimate {
  if (Math.min(a.units, b.units) > 0 && !(Number.isFinite(a.value) && Number.isFinite(b.value)))
    return noAnswer({ kind: "zero_denominator" });
  const found = bootstrapDifference(b.value - a.value, a, b, alpha);
  if (found.kind !== "estimated") return noAnswer({ ...found });
  const { difference, standardError, interval } = found;
  const relative = relativeOf(a, b, alpha);
  return {
    kind: "estimated",
    value: b.value,
    valueControl: a.value,
    difference,
    standardError,
    interval,
    ...(relative === undefined ? {} : { relative }),
    replicates: found.replicates,
  };
}

/** From the replicates' own lifts; absent where one of control's has another sign than the rest: it may then be anything. */
function relativeOf(a: Group, b: Group, alpha: number) {
  const sign = Math.sign(a.value);
  if (sign === 0 || a.replicates.some((value) => Math.sign(value) !== sign)) return undefined;
  const lifts = b.replicates.map((value, index) => {
    const base = a.replicates[index] ?? Number.NaN;
    return (value - base) / Math.abs(base);
  });
  lifts.sort();
  return {
    difference: (b.value - a.value) / Math.abs(a.value),
    interval: [quantileOf(lifts, alpha / 2), quantileOf(lifts, 1 - alpha / 2)] as const,
  };
}
