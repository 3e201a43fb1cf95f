import { countText, dayText } from "../../../protocols/number-text.ts";
import type { ReportDay } from "../../../protocols/report.ts";
import type { Figure } from "../document/block.ts";
import { element, type Markup, together } from "../markup.ts";
import { percent } from "./scale.ts";

// How many units came on each day, a strip a variant, all on one scale.

const height = 64;
/** A strip is no wider than a page: of more days the newest are drawn. */
const daysMax = 120;

/** Undefined when all units came on one day: there is nothing to compare. */
export function daysPlot(all: readonly ReportDay[], variants: readonly string[]): Figure | undefined {
  const days = all.slice(-daysMax);
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined || first === last) return undefined;
  const most = Math.max(1, ...days.flatMap(({ units }) => Object.values(units)));
  const span = last.day - first.day + 1;
  return {
    kind: "figure",
    title: "Units by the day of their first exposure",
    description: `From ${dayText(first.day)} to ${dayText(last.day)}${all.length > days.length ? ` (the newest ${daysMax} days)` : ""}; at most ${countText(most)} units of a variant on one day. ${variants.map((variant) => `${variant}: ${countText(totalOf(days, variant))}.`).join(" ")}`,
    markup: together([
      ...variants.map((variant) => stripMarkup(days, variant, { most, span, start: first.day })),
      element(
        "div",
        { class: "ends" },
        element("span", {}, dayText(first.day)),
        element("span", {}, dayText(last.day)),
      ),
    ]).markup,
  };
}

const totalOf = (days: readonly ReportDay[], variant: string): number =>
  days.reduce((sum, { units }) => sum + (units[variant] ?? 0), 0);

interface Frame {
  readonly most: number;
  /** Days from the first to the last one, gaps included. */
  readonly span: number;
  readonly start: number;
}

function stripMarkup(days: readonly ReportDay[], variant: string, { most, span, start }: Frame): Markup {
  const width = 100 / span;
  const bars = days.map(({ day, units }) => {
    const count = units[variant] ?? 0;
    const tall = (count / most) * height;
    return element(
      "rect",
      {
        class: "bar",
        x: percent((day - start) * width + width * 0.1),
        y: Number((height - tall).toFixed(1)),
        width: percent(width * 0.8),
        height: Number(tall.toFixed(1)),
      },
      element("title", {}, `${dayText(day)}: ${countText(count)} units`),
    );
  });
  const name = `${variant}: ${countText(totalOf(days, variant))} units`;
  return element(
    "div",
    { class: "strip" },
    element("div", { class: "strip-name" }, name),
    element(
      "svg",
      { class: "plot", width: "100%", height: height + 1, role: "img" },
      element("title", {}, `${name} by day`),
      ...bars,
      element("line", { class: "zero", x1: 0, x2: "100%", y1: height, y2: height }),
    ),
  );
}
