import { html, type TemplateResult } from "lit";
import type { Comparison, ExperimentResult, Method } from "../../protocols/results.ts";
import { countText, percentText, pValueText, valueText } from "../words/numbers.ts";
import { metricName } from "../words/status-sentence.ts";
import { silenceText, verdictOf, verdictWords } from "../words/verdict.ts";

const methodWords: Record<Method, string> = {
  welch_t: "Welch t",
  two_proportion_z: "two-proportion z",
  ratio_delta: "ratio, delta method",
  percentile_outer: "percentile, outer interval",
};

/** The chart's twin: the same numbers, and those the chart has no room for. */
export const resultsTable = (result: ExperimentResult): TemplateResult =>
  html`<div class="table-wrap" tabindex="0" role="region" aria-label="Results as a table">
    <table>
      <caption class="visually-hidden">
        Effect of each variant on each metric, against control
      </caption>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col">Variant</th>
          <th scope="col" class="numeric">People</th>
          <th scope="col" class="numeric">Mean</th>
          <th scope="col" class="numeric">Control</th>
          <th scope="col" class="numeric">Difference</th>
          <th scope="col" class="numeric">Relative</th>
          <th scope="col" class="numeric">Interval</th>
          <th scope="col" class="numeric">p</th>
          <th scope="col">Method</th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        ${result.analysis.comparisons.map((comparison) => row(result, comparison))}
      </tbody>
    </table>
  </div>`;

function row(result: ExperimentResult, comparison: Comparison): TemplateResult {
  const { metric, variant, n, nControl, mean, meanControl, method } = comparison;
  const direction = result.definition.metrics.find(({ key }) => key === metric)?.direction ?? "increase";
  const verdict = verdictWords[verdictOf(comparison, direction)];
  return html`<tr>
    <th scope="row">${metricName(result, metric)}</th>
    <td>${variant}</td>
    <td class="numeric">${countText(n)} / ${countText(nControl)}</td>
    <td class="numeric">${mean === undefined ? "–" : valueText(mean)}</td>
    <td class="numeric">${meanControl === undefined ? "–" : valueText(meanControl)}</td>
    ${estimateCells(comparison)}
    <td class="tight">${methodWords[method]}</td>
    <td class="tight">${verdict.glyph} ${verdict.word}</td>
  </tr>`;
}

function estimateCells({ estimate }: Comparison): TemplateResult {
  if (estimate.kind !== "estimated") return html`<td colspan="4" class="muted">${silenceText(estimate)}</td>`;
  const { difference, interval, relative, pValue } = estimate;
  const [low, high] = relative?.interval ?? interval;
  const text = relative === undefined ? valueText : percentText;
  return html`<td class="numeric">${valueText(difference, { sign: true })}</td>
    <td class="numeric">
      ${relative === undefined ? "–" : percentText(relative.difference, { sign: true })}
    </td>
    <td class="numeric">${text(low, { sign: true })} to ${text(high, { sign: true })}</td>
    <td class="numeric">${pValueText(pValue)}</td>`;
}
