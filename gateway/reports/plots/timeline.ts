import { instantText, percentText, valueText } from "../../../protocols/number-text.ts";
import type { TimelinePoint } from "../../../protocols/monitor.ts";
import type { Figure } from "../document/block.ts";
import { element, type Markup, together } from "../markup.ts";
import { percent, type Scale, scaleOf } from "./scale.ts";

// How one difference and its interval went since the phase started.

export interface Curve {
  readonly variant: string;
  readonly metric: string;
  readonly isShare: boolean;
  readonly points: readonly TimelinePoint[];
}

interface Look {
  readonly at: number;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

const height = 200;
/** The band is drawn in these units and stretched to the width; lines keep their thickness. */
const box = 1_000;

/** Undefined with fewer than two looks that have an answer. */
export function timelinePlot({ variant, metric, isShare, points }: Curve): Figure | undefined {
  const looks = points.flatMap((point): Look[] => {
    const cell = point.cells[`${variant}/${metric}`];
    return cell === undefined ? [] : [{ at: point.at, difference: cell[0], low: cell[1], high: cell[2] }];
  });
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined || first.at === last.at) return undefined;
  const number = isShare ? percentText : valueText;
  const text = (value: number): string =>
    number(value, { sign: true, uncertainty: (last.high - last.low) / 2 });
  const scale = scaleOf(...boundsOf(looks), 5);
  const title = `${metric}, ${variant}: difference over time`;
  const description = `From ${instantText(first.at)} to ${instantText(last.at)}, ${looks.length} looks. At the first: ${text(first.difference)} (${text(first.low)} to ${text(first.high)}). At the last: ${text(last.difference)} (${text(last.low)} to ${text(last.high)}).`;
  return {
    kind: "figure",
    title,
    description,
    markup: drawn(looks, scale, { title, description, isShare }),
  };
}

/** What the later half of the looks needs, with 0: the first intervals are far wider than anything that follows. */
function boundsOf(looks: readonly Look[]): [number, number] {
  const late = looks.slice(Math.floor(looks.length / 2));
  const low = Math.min(0, ...late.map((look) => look.low));
  const high = Math.max(0, ...late.map((look) => look.high));
  const room = (high - low) * 0.25;
  return low === high ? [-1, 1] : [low === 0 ? -room : low - room, high === 0 ? room : high + room];
}

interface Words {
  readonly title: string;
  readonly description: string;
  readonly isShare: boolean;
}

function drawn(looks: readonly Look[], scale: Scale, { title, description, isShare }: Words): string {
  const [start, end] = [looks[0]?.at ?? 0, looks.at(-1)?.at ?? 1];
  const x = (at: number): number => ((at - start) / (end - start)) * box;
  const y = (value: number): number => ((100 - scale.at(value)) / 100) * box;
  const dot = (at: number, value: number): string => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
  const upper = looks.map((look) => dot(look.at, look.high));
  const lower = looks.map((look) => dot(look.at, look.low)).reverse();
  const line = looks.map((look) => dot(look.at, look.difference));
  const last = looks.at(-1);
  return element(
    "svg",
    { class: "plot", width: "100%", height: height + 24, role: "img" },
    element("title", {}, title),
    element("desc", {}, description),
    element(
      "svg",
      { width: "100%", height, viewBox: `0 0 ${box} ${box}`, preserveAspectRatio: "none" },
      element("path", { class: "band", d: `M${upper.join("L")}L${lower.join("L")}Z` }),
      element("path", { class: "line", d: `M${line.join("L")}` }),
    ),
    gridMarkup(scale, isShare),
    last === undefined
      ? together([])
      : element("circle", {
          class: "estimate",
          cx: "100%",
          cy: Number(((y(last.difference) / box) * height).toFixed(1)),
          r: 4,
        }),
    timesMarkup(start, end),
  ).markup;
}

const gridMarkup = (scale: Scale, isShare: boolean): Markup =>
  together(
    scale.ticks.map((tick, index) => {
      const y = Number((((100 - scale.at(tick)) / 100) * height).toFixed(1));
      const place = index === scale.ticks.length - 1 ? y + 12 : y - 4;
      return together([
        element("line", { class: tick === 0 ? "zero" : "grid", x1: 0, x2: "100%", y1: y, y2: y }),
        element("text", { class: "halo", x: 2, y: place }, tickText(tick, isShare)),
      ]);
    }),
  );

const tickText = (value: number, isShare: boolean): string => {
  const shown = Number((isShare ? value * 100 : value).toPrecision(6));
  return `${shown > 0 ? "+" : shown < 0 ? "\u2212" : ""}${Math.abs(shown)}${isShare ? "%" : ""}`;
};

function timesMarkup(start: number, end: number): Markup {
  const anchors = ["start", "middle", "end"] as const;
  return together(
    anchors.map((anchor, index) =>
      element(
        "text",
        { x: percent(index * 50), y: height + 18, "text-anchor": anchor },
        timeText(start + ((end - start) * index) / 2, end - start),
      ),
    ),
  );
}

/** As exact as the span asks for, in UTC. */
function timeText(at: number, spanMs: number): string {
  const iso = new Date(at).toISOString();
  if (spanMs < 600_000) return iso.slice(11, 19);
  return spanMs < 172_800_000 ? iso.slice(5, 16).replace("T", " ") : iso.slice(0, 10);
}
