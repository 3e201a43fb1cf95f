import { html, nothing, svg, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Metric } from "../../protocols/metric.ts";
import type { Comparison, ExperimentResult } from "../../protocols/results.ts";
import { percentText, tickText, valueText } from "../words/numbers.ts";
import { silenceText, verdictOf, verdictWords, type Verdict } from "../words/verdict.ts";
import { variantClass } from "./marks.ts";
import { forestScale, type ForestScale } from "./forest-scale.ts";

// One row a metric and variant: its interval on a common scale. Colour is the verdict, never the variant.
// The plot itself is hidden from screen readers: the row says the same in words.

export function forest(result: ExperimentResult): TemplateResult {
  const scale = forestScale(result.analysis.comparisons);
  const groups = Map.groupBy(result.analysis.comparisons, ({ metric }) => metric);
  return html`<div class="forest">
    ${repeat(
      groups,
      ([metric]) => metric,
      ([metric, comparisons]) => group(result, metric, comparisons, scale),
    )}
    ${axis(scale)}
  </div>`;
}

function group(
  { definition }: ExperimentResult,
  key: string,
  comparisons: readonly Comparison[],
  scale: ForestScale,
): TemplateResult {
  const metric = definition.metrics.find((one) => one.key === key);
  const { primary, guardrails } = definition.experiment.metrics;
  const role = key === primary ? "goal" : guardrails.some((one) => one === key) ? "guardrail" : "secondary";
  const direction = metric?.direction ?? "increase";
  return html`<section aria-labelledby="metric-${key}">
    <h3 class="forest-group" id="metric-${key}">
      ${metric?.name ?? key}<span
        >${role}, ${direction === "increase" ? "more is better" : "less is better"}</span
      >
    </h3>
    <ul>
      ${repeat(
        comparisons,
        ({ variant }) => variant,
        (comparison) =>
          row(comparison, direction, scale, variantIndex(definition.experiment.variants, comparison)),
      )}
    </ul>
  </section>`;
}

const variantIndex = (variants: readonly { key: string }[], { variant }: Comparison): number =>
  variants.findIndex(({ key }) => key === variant);

function row(
  comparison: Comparison,
  direction: Metric["direction"],
  scale: ForestScale,
  index: number,
): TemplateResult {
  const verdict = verdictOf(comparison, direction);
  const { glyph, word } = verdictWords[verdict];
  const silence = silenceText(comparison.estimate);
  return html`<li class="forest-row tone-${verdict} ${variantClass(index)}">
    <span>${comparison.variant}</span>
    ${silence === undefined ? html`${plot(comparison, scale)}${effect(comparison)}` : html`<span class="silent">${silence}</span>`}
    <span class="badge ${verdict satisfies Verdict}"><span aria-hidden="true">${glyph}</span> ${word}</span>
  </li>`;
}

/** Per cent in attributes instead of measured pixels: no observer, and no layout when numbers move. */
function plot({ estimate }: Comparison, scale: ForestScale): TemplateResult {
  const relative = estimate.kind === "estimated" ? estimate.relative : undefined;
  if (relative === undefined)
    return html`<span class="plot muted small"
      >No relative effect: control's mean is not distinguishable from 0</span
    >`;
  const [low, high] = relative.interval;
  const from = scale.at(low);
  const to = scale.at(high);
  return html`<svg class="plot" aria-hidden="true">
    ${scale.ticks.map((tick) => svg`<line class="grid" x1=${`${scale.at(tick)}%`} x2=${`${scale.at(tick)}%`} y1="0" y2="28"></line>`)}
    <line class="zero" x1="50%" x2="50%" y1="-6" y2="34"></line>
    <rect
      class="interval"
      x=${`${from}%`}
      width=${`${Math.max(0.4, to - from)}%`}
      y="11"
      height="6"
      rx="3"
    ></rect>
    ${low < -scale.bound ? cut("0.5%", "M6 8 L0 14 L6 20 Z") : nothing}
    ${high > scale.bound ? cut("98.5%", "M0 8 L6 14 L0 20 Z") : nothing}
    <circle class="point" cx=${`${scale.at(relative.difference)}%`} cy="14" r="5"></circle>
  </svg>`;
}

const cut = (x: string, path: string) =>
  svg`<svg x=${x} overflow="visible"><path class="clip" d=${path}></path></svg>`;

function effect({ estimate }: Comparison): TemplateResult | typeof nothing {
  if (estimate.kind !== "estimated") return nothing;
  const text = estimate.relative === undefined ? valueText : percentText;
  const middle = estimate.relative?.difference ?? estimate.difference;
  const [low, high] = estimate.relative?.interval ?? estimate.interval;
  return html`<span class="effect">
    <strong>${text(middle, { sign: true })}</strong>
    <span class="range">${text(low, { sign: true })} to ${text(high, { sign: true })}</span>
  </span>`;
}

const axis = ({ ticks, at }: ForestScale): TemplateResult =>
  html`<div class="forest-row axis" aria-hidden="true">
    <span></span>
    <svg class="plot axis">
      ${ticks.map((tick) => svg`<text x=${`${at(tick)}%`} y="16">${tickText(tick)}</text>`)}
    </svg>
    <span></span><span></span>
  </div>`;
