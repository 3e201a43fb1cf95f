import { svg, html, type TemplateResult } from "lit";

/** A share of a whole as a thin bar. Drawn in SVG attributes: the policy allows no style from script at first render. */
export const shareBar = (fraction: number): TemplateResult =>
  html`<svg class="bar" aria-hidden="true">
    <rect class="track" width="100%" height="6" rx="3"></rect>
    ${fraction <= 0 ? "" : svg`<rect class="fill" width=${`${Math.min(1, fraction) * 100}%`} height="6" rx="3"></rect>`}
  </svg>`;
