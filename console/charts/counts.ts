import { html, nothing, svg, type TemplateResult } from "lit";
import type { ExperimentResult } from "../../protocols/results.ts";
import { countText, percentText } from "../words/numbers.ts";
import { peopleIn } from "../words/status-sentence.ts";
import { swatch, variantClass } from "./marks.ts";

/** How many people each variant has, and should have. */
export function counts(result: ExperimentResult): TemplateResult {
  const { variants, crossovers } = result.summary;
  const total = peopleIn(result);
  const ratio = result.analysis.sampleRatio;
  const expected = ratio.kind === "tested" ? ratio.expected : undefined;
  return html`<ul class="counts">
      ${variants.map(
        ({ variant, units }, index) =>
          html`<li>
            <span
              >${swatch(index)}${variant}${variant === result.definition.experiment.control && variant !== "control" ? " (control)" : ""}</span
            >
            <strong data-count=${variant}>${countText(units)}</strong>
            <span class="muted small">
              ${total === 0 ? "no people yet" : percentText(units / total)}${
                expected?.[variant] === undefined
                  ? nothing
                  : `, ${countText(Math.round(expected[variant]))} expected`
              }
            </span>
          </li>`,
      )}
    </ul>
    ${splitBar(result, total)}
    ${crossovers === 0 ? nothing : html`<p class="muted small">${countText(crossovers)} saw two variants and are set aside.</p>`}`;
}

function splitBar({ summary }: ExperimentResult, total: number): TemplateResult | typeof nothing {
  if (total === 0) return nothing;
  let from = 0;
  return html`<svg class="split" aria-hidden="true">
    ${summary.variants.map(({ units }, index) => {
      const width = (units / total) * 100;
      const bar = svg`<rect class=${variantClass(index)} x=${`${from}%`} width=${`${Math.max(0, width - 0.3)}%`} height="10"></rect>`;
      from += width;
      return bar;
    })}
  </svg>`;
}
