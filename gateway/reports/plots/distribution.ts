import { countText, knownText } from "../../../protocols/number-text.ts";
import type { Distribution } from "../../../protocols/row-answers.ts";
import type { Figure } from "../document/block.ts";
import { element, type Markup, together } from "../markup.ts";
import type { Bars } from "./bars.ts";
import { percent, type Scale, scaleOf } from "./scale.ts";

// Histograms of all variants as lines over one another, and below them, on the same scale, where each variant's median and
// 90th percentile lie. Lines differ in their dashes as well as in their colour.

const height = 200;
/** Lines are drawn in these units and stretched to the width; their thickness stays. */
const box = 1_000;
const trackHeight = 16;
const middle = trackHeight / 2;

/** Lines that are told apart: as many as the style sheet has colours and dashes for. */
export const linesMax = 5;

export interface Shape {
  readonly title: string;
  /** What single values are of. */
  readonly noun: string;
  readonly bars: Bars;
  /** The variants of the bars, in their order. */
  readonly found: readonly Distribution[];
}

export function distributionPlot(shape: Shape): Figure {
  const { title, noun, bars } = shape;
  const found = shape.found.slice(0, linesMax);
  const series = bars.series.slice(0, linesMax);
  const [low, high] = [bars.edges[0] ?? 0, bars.edges.at(-1) ?? 1];
  const across = scaleOf(low, high, 5);
  const most = Math.max(...series.flatMap(({ shares }) => shares));
  const up = scaleOf(0, most > 0 ? most : 1, 4);
  const description = `Shares of each variant's ${noun} in ${bars.edges.length - 1} bars from ${knownText(low)} to ${knownText(high)}. ${found.map((each) => `${each.variant}: ${marksText(each)}.`).join(" ")}`;
  const picture = element(
    "svg",
    { class: "plot", width: "100%", height: height + 24, role: "img" },
    element("title", {}, title),
    element("desc", {}, description),
    gridMarkup(up),
    element(
      "svg",
      { width: "100%", height, viewBox: `0 0 ${box} ${box}`, preserveAspectRatio: "none" },
      // The first variant, which is control, lies on top.
      ...series.map(({ shares }, index) => stepsMarkup(bars.edges, shares, { index, across, up })).reverse(),
    ),
    axisMarkup(across),
  );
  return {
    kind: "figure",
    title,
    description,
    markup: element(
      "div",
      { class: "shape" },
      sharesMarkup(up),
      picture,
      ...found.map((each, index) => trackMarkup(each, index, { across, low })),
    ).markup,
  };
}

const quantile = ({ quantiles }: Distribution, percentile: number): number | undefined =>
  quantiles.find((each) => each.percent === percentile)?.value;

function marksText(of: Distribution): string {
  const [median, high] = [quantile(of, 50), quantile(of, 90)];
  const outside = of.below + of.above;
  return [
    ...(median === undefined ? [] : [`● median ${knownText(median)}`]),
    ...(high === undefined ? [] : [`◆ 90th percentile ${knownText(high)}`]),
    ...(outside === 0 ? [] : [`${countText(outside)} outside the bars`]),
  ].join(", ");
}

interface Place {
  readonly index: number;
  readonly across: Scale;
  readonly up: Scale;
}

function stepsMarkup(
  edges: readonly number[],
  shares: readonly number[],
  { index, across, up }: Place,
): Markup {
  const x = (value: number): string => ((across.at(value) / 100) * box).toFixed(1);
  const y = (share: number): string => (((100 - up.at(share)) / 100) * box).toFixed(1);
  const steps = shares.map((share, bar) => `V${y(share)}H${x(edges[bar + 1] ?? 0)}`);
  const path = `M${x(edges[0] ?? 0)} ${y(0)}${steps.join("")}V${y(0)}`;
  return element("g", { class: `v${index}` }, element("path", { class: "steps", d: path }));
}

const heightOf = (share: number, up: Scale): number =>
  Number((((100 - up.at(share)) / 100) * height).toFixed(1));

const gridMarkup = (up: Scale): Markup =>
  together(
    up.ticks.map((tick) => {
      const y = heightOf(tick, up);
      return element("line", { class: tick === 0 ? "zero" : "grid", x1: 0, x2: "100%", y1: y, y2: y });
    }),
  );

/** In a column of its own: the highest bar is often the first. */
const sharesMarkup = (up: Scale): Markup =>
  element(
    "svg",
    { width: "100%", height: height + 24, "aria-hidden": "true" },
    ...up.ticks.map((tick) =>
      element(
        "text",
        { x: "100%", y: heightOf(tick, up) + 4, "text-anchor": "end" },
        tickText(tick * 100, "%"),
      ),
    ),
  );

const axisMarkup = (across: Scale): Markup =>
  together(
    across.ticks.map((tick, index) =>
      element(
        "text",
        {
          x: percent(across.at(tick)),
          y: height + 18,
          "text-anchor": index === 0 ? "start" : index === across.ticks.length - 1 ? "end" : "middle",
        },
        tickText(tick),
      ),
    ),
  );

/** 2500000 → 2.5M; no digit that is always 0. */
function tickText(value: number, unit = ""): string {
  const shown = Number(value.toPrecision(6));
  const size = Math.abs(shown);
  const isPlain = size === 0 || (size >= 1e-4 && size < 1e12);
  return `${isPlain ? compact.format(shown).replace("-", "\u2212") : String(shown)}${unit}`;
}
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 6 });

/** One variant: how its line looks, and where its marks lie. Marks of a bar that is left out are said and not drawn. */
function trackMarkup(
  of: Distribution,
  index: number,
  { across, low }: { readonly across: Scale; readonly low: number },
): Markup {
  const [median, high] = [quantile(of, 50), quantile(of, 90)];
  const isDrawn = (value: number | undefined): value is number =>
    value !== undefined && value >= low && !across.isOutside(value);
  const y = middle;
  const marks = [
    ...(isDrawn(median) && isDrawn(high)
      ? [
          element("line", {
            class: "span",
            x1: percent(across.at(median)),
            x2: percent(across.at(high)),
            y1: y,
            y2: y,
          }),
        ]
      : []),
    ...(isDrawn(median)
      ? [element("circle", { class: "median", cx: percent(across.at(median)), cy: y, r: 5 })]
      : []),
    ...(isDrawn(high)
      ? [element("svg", { x: percent(across.at(high)), y }, element("path", { class: "high", d: diamond }))]
      : []),
  ];
  const name = `${of.variant}: ${marksText(of)}`;
  return together([
    element(
      "svg",
      { class: `key v${index}`, width: "100%", height: trackHeight, "aria-hidden": "true" },
      element("line", { class: "steps", x1: 0, x2: "100%", y1: y, y2: y }),
    ),
    element(
      "div",
      { class: `strip v${index}` },
      element("div", { class: "strip-name" }, name),
      ...(marks.length === 0
        ? []
        : [
            element(
              "svg",
              { width: "100%", height: trackHeight, role: "img" },
              element("title", {}, name),
              ...marks,
            ),
          ]),
    ),
  ]);
}

const diamond = "M0 -6L6 0L0 6L-6 0Z";
