import { countText, instantText, shareText, knownText } from "../../../protocols/number-text.ts";
import type { Metric } from "../../../protocols/metric.ts";
import type { Report, ReportDistribution } from "../../../protocols/report.ts";
import type { Distribution } from "../../../protocols/row-answers.ts";
import { type Bars, barsOf } from "../plots/bars.ts";
import { distributionPlot, linesMax } from "../plots/distribution.ts";
import { type Block, cell, heading, nothing, type Table, text } from "./block.ts";

type Values = Extract<ReportDistribution["values"], { readonly kind: "present" }>["value"];
type Answers = Values["variants"];

/** Which single values the means are made of, and why some are not there. */
export function distributionBlocks({ distributions, metrics, control }: Report): Block[] {
  if (distributions.kind === "absent") return [text(`There is no picture: ${distributions.reason}.`)];
  const missing = new Map<string, string[]>();
  const blocks = distributions.value.flatMap(({ metric: key, values }): Block[] => {
    if (values.kind === "present") {
      const metric = metrics.find((each) => each.key === key);
      return [heading(key, 3), ...metricBlocks(key, controlFirst(values.value, control), metric)];
    }
    missing.set(values.reason, [...(missing.get(values.reason) ?? []), key]);
    return [];
  });
  const reasons = [...missing].map(([reason, keys]) => text(`Not shown of ${keys.join(", ")}: ${reason}.`));
  return [...blocks, ...reasons];
}

const controlFirst = ({ asOf, variants }: Values, control: string): Values => ({
  asOf,
  variants: [
    ...variants.filter(({ variant }) => variant === control),
    ...variants.filter(({ variant }) => variant !== control),
  ],
});

function metricBlocks(key: string, { asOf, variants }: Values, metric: Metric | undefined): Block[] {
  const found = variants.filter((each) => each.kind === "distribution");
  const noun = metric?.definition.type === "percentile" && metric.unit === "event" ? "events" : "units";
  const isCapped = metric?.cap !== undefined && "percentile" in metric.cap;
  const bars = barsOf(found);
  const [sentences, isDrawn] = shapeSentences(found, bars, noun);
  const before = isCapped ? ", before the cap" : "";
  return [
    text([`Values of single ${noun}${before}, as of ${instantText(asOf)}.`, ...sentences].join(" ")),
    ...(bars !== undefined && isDrawn
      ? [distributionPlot({ title: `${key}: share of ${noun} by value`, noun, bars, found })]
      : []),
    ...(found.length === 0 ? [] : [quantileTable(key, variants, isDrawn)]),
    ...variants.flatMap((each) =>
      each.kind === "no_answer" ? [text(`No values of ${each.variant}: ${each.reason}.`)] : [],
    ),
  ];
}

/** What a picture would not say, and whether there is one. */
function shapeSentences(
  found: readonly Distribution[],
  bars: Bars | undefined,
  noun: string,
): readonly [sentences: readonly string[], isDrawn: boolean] {
  const [first] = found;
  if (first === undefined) return [[], false];
  if (bars === undefined) {
    const [low, high] = [first.edges[0] ?? first.least, first.edges.at(-1) ?? first.most];
    const least = Math.min(...found.map((each) => each.least));
    const most = Math.max(...found.map((each) => each.most));
    const which = least === most ? "All" : "All but the outermost thousandth at each end";
    return low === high
      ? [[`${which} are ${knownText(low)}, so there is nothing to draw.`], false]
      : [[`${which} are about ${knownText(low)}, too close together to be drawn.`], false];
  }
  const { leftOut, series } = bars;
  const isDrawn = series.some(({ shares }) => shares.some((share) => share > 0));
  const beyond =
    found.length > linesMax ? [`Drawn are the first ${linesMax} variants; the table has all.`] : [];
  if (leftOut === undefined) return [beyond, isDrawn];
  const shares = leftOut.shares.map(([variant, share]) => `${shareText(share)} of ${variant}`).join(", ");
  const rest = isDrawn ? `The picture leaves them out and shows the rest, as shares of all ${noun}.` : "";
  const crowd = `Most values lie from ${knownText(leftOut.from)} to below ${knownText(leftOut.below)}: ${shares}.`;
  return [[crowd, rest, ...beyond].filter((sentence) => sentence !== ""), isDrawn];
}

/** The same as the picture, in numbers: a column a variant, so that they stand beside one another on a phone too. */
function quantileTable(key: string, variants: Answers, isDrawn: boolean): Table {
  const found = variants.filter((each) => each.kind === "distribution");
  const row = (name: string, of: (each: Distribution) => string | undefined): Table["rows"][number] => [
    cell(name),
    ...variants.map((each) => {
      const content = each.kind === "distribution" ? of(each) : undefined;
      return content === undefined ? nothing : cell(content);
    }),
  ];
  const percents = found[0]?.quantiles.map(({ percent }) => percent) ?? [];
  return {
    kind: "table",
    caption: `Values of ${key} by variant`,
    columns: [{ title: "Quantile" }, ...variants.map(({ variant }) => ({ title: variant, isNumber: true }))],
    rows: [
      row("Values", ({ n }) => countText(n)),
      row("Mean", ({ mean }) => knownText(mean)),
      row("Least", ({ least }) => knownText(least)),
      ...percents.map((percent) =>
        row(percent === 50 ? "Median" : `${percent}\u00a0%`, ({ quantiles }) => {
          const quantile = quantiles.find((each) => each.percent === percent);
          return quantile === undefined ? undefined : knownText(quantile.value);
        }),
      ),
      row("Most", ({ most }) => knownText(most)),
      ...(isDrawn
        ? [
            row("Below the bars", ({ below }) => countText(below)),
            row("Above the bars", ({ above }) => countText(above)),
          ]
        : []),
    ],
  };
}
