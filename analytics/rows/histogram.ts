import type { Distribution } from "../../protocols/row-answers.ts";
import { meanOf } from "../statistics/linear/least-squares.ts";
import { quantileOf, sorted } from "../statistics/methods/order-statistics.ts";

/** As many as a plot of a page's width tells apart. */
const barsMax = 40;
/** A thousandth at each end may be far away; it is counted beside the bars. */
const outermost = 0.001;
const percents = [1, 5, 10, 25, 50, 75, 90, 95, 99] as const;

/** Where the bars begin and end: the same for all variants. Empty where there are no values. */
export function edgesOf(values: Float64Array): number[] {
  if (values.length === 0) return [];
  const ascending = sorted(values);
  const [least, most] = [quantileOf(ascending, outermost), quantileOf(ascending, 1 - outermost)];
  if (least === most) return [least, most];
  return Array.from({ length: barsMax + 1 }, (_, index) =>
    index === barsMax ? most : least + ((most - least) * index) / barsMax,
  );
}

/** What values one variant has. There must be some. */
export function distributionOf(
  values: Float64Array,
  variant: string,
  edges: readonly number[],
): Distribution {
  const ascending = sorted(values);
  const counts = Array.from({ length: Math.max(1, edges.length - 1) }, () => 0);
  const [first, last] = [edges[0] ?? 0, edges.at(-1) ?? 0];
  let [below, above, bar] = [0, 0, 0];
  for (const value of ascending) {
    if (value < first) below++;
    else if (value > last) above++;
    else {
      while (bar < counts.length - 1 && value >= (edges[bar + 1] ?? last)) bar++;
      counts[bar] = (counts[bar] ?? 0) + 1;
    }
  }
  return {
    kind: "distribution",
    variant,
    n: values.length,
    least: ascending[0] ?? 0,
    most: ascending.at(-1) ?? 0,
    mean: meanOf(ascending),
    quantiles: percents.map((percent) => ({ percent, value: quantileOf(ascending, percent / 100) })),
    edges: [...edges],
    counts,
    below,
    above,
  };
}
