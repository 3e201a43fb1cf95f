import { halfWidth, intervalText, percentText } from "../../../protocols/number-text.ts";
import type { ReportRow } from "../../../protocols/report.ts";
import type { Verdict } from "../../../protocols/scorecard.ts";
import type { Figure } from "../document/block.ts";
import { element, type Markup, together } from "../markup.ts";
import { percent, rangeOf, type Scale, scaleOf } from "./scale.ts";

// The lift of every metric with the interval that is valid now, one below the other on one scale. Names and numbers are text
// beside the drawing, so that they stay readable on a narrow page.

const rowHeight = 26;
const middle = rowHeight / 2;
const ticksMax = 6;
const mark = 4;

const toneOf: Record<Verdict, string> = {
  better: "good",
  worse: "bad",
  undecided: "open",
  no_answer: "open",
};

type Drawn = ReportRow & { readonly lift: number };

/** Undefined when no row has a lift with an interval. */
export function forestPlot(rows: readonly ReportRow[]): Figure | undefined {
  const drawn = rows.filter((row): row is Drawn => row.lift !== undefined && intervalOf(row) !== undefined);
  if (drawn.length === 0) return undefined;
  const [low, high] = rangeOf(intervalsOf(drawn));
  const scale = scaleOf(low, high, ticksMax);
  const missing = rows.length - drawn.length;
  return {
    kind: "figure",
    title: "Lift of each metric, with the interval valid now",
    description: `${drawn.map(sentenceOf).join(" ")}${missing === 0 ? "" : ` ${missing} more without a lift: the control's mean is 0 or not told apart from it, or there is no interval yet.`}`,
    markup: element(
      "div",
      { class: "forest" },
      ...drawn.map((row) => rowMarkup(row, scale)),
      axisMarkup(scale),
    ).markup,
  };
}

const intervalOf = (row: ReportRow): readonly [number, number] | undefined => row.now?.liftInterval;
const intervalsOf = (rows: readonly ReportRow[]): (readonly [number, number])[] =>
  rows.flatMap((row) => {
    const interval = intervalOf(row);
    return interval === undefined ? [] : [interval];
  });

function liftText(row: Drawn): string {
  const interval = intervalOf(row);
  return percentText(row.lift, {
    sign: true,
    ...(interval === undefined ? {} : { uncertainty: halfWidth(interval) }),
  });
}

const rangeText = (row: Drawn): string => intervalText(intervalOf(row) ?? [row.lift, row.lift], "percent");

const sentenceOf = (row: Drawn): string =>
  `${row.variant}, ${row.metric}: ${liftText(row)} (${rangeText(row)}).`;

function rowMarkup(row: Drawn, scale: Scale): Markup {
  return element(
    "div",
    { class: `forest-row ${toneOf[row.verdict]}` },
    element(
      "div",
      { class: "forest-name" },
      row.metric,
      element("span", { class: "quiet" }, ` ${row.variant}`),
    ),
    trackMarkup(row, scale),
    element(
      "div",
      { class: "forest-value" },
      liftText(row),
      element("span", { class: "quiet" }, ` ${rangeText(row)}`),
    ),
  );
}

function trackMarkup(row: Drawn, scale: Scale): Markup {
  const [low, high] = intervalOf(row) ?? [row.lift, row.lift];
  const y = middle;
  const line = { class: "interval", x1: percent(scale.at(low)), x2: percent(scale.at(high)), y1: y, y2: y };
  const ends = [low, high].map((end) => {
    const x = percent(scale.at(end));
    // An end that lies beyond the scale has no cap: the line runs out of the picture.
    return scale.isOutside(end)
      ? element("circle", { class: "beyond", cx: x, cy: y, r: 2 })
      : element("line", { class: "interval", x1: x, x2: x, y1: y - mark, y2: y + mark });
  });
  return element(
    "svg",
    { class: "track", width: "100%", height: rowHeight, role: "img" },
    element("title", {}, sentenceOf(row)),
    gridMarkup(scale),
    element("line", line),
    together(ends),
    element("circle", { class: "estimate", cx: percent(scale.at(row.lift)), cy: y, r: 5 }),
  );
}

const gridMarkup = (scale: Scale): Markup =>
  together(
    scale.ticks.map((tick) => {
      const x = percent(scale.at(tick));
      return element("line", { class: tick === 0 ? "zero" : "grid", x1: x, x2: x, y1: 0, y2: "100%" });
    }),
  );

function axisMarkup(scale: Scale): Markup {
  const texts = scale.ticks.map((tick, index) =>
    element(
      "text",
      {
        x: percent(scale.at(tick)),
        y: 14,
        "text-anchor": index === 0 ? "start" : index === scale.ticks.length - 1 ? "end" : "middle",
      },
      tickText(tick),
    ),
  );
  const axis = element("svg", { class: "track", width: "100%", height: 18, "aria-hidden": "true" }, ...texts);
  return element("div", { class: "forest-row axis" }, axis);
}

/** No digit that is always 0. */
const tickText = (fraction: number): string => {
  const number = Number((fraction * 100).toPrecision(6));
  return `${number > 0 ? "+" : number < 0 ? "\u2212" : ""}${Math.abs(number)}%`;
};
