import { html, svg, type TemplateResult } from "lit";

/** More than four treatments share the last colour; their labels tell them apart. */
const coloursMax = 5;
export const variantClass = (index: number): string =>
  `variant-${Math.min(Math.max(0, index), coloursMax - 1)}`;

const shapes = [
  svg`<circle class="hollow" cx="6" cy="6" r="4.5"></circle>`,
  svg`<circle cx="6" cy="6" r="5"></circle>`,
  svg`<rect x="1.5" y="1.5" width="9" height="9"></rect>`,
  svg`<path d="M6 1 L11 10.5 L1 10.5 Z"></path>`,
  svg`<path d="M6 0.5 L11.5 6 L6 11.5 L0.5 6 Z"></path>`,
];

/** A variant's colour and shape; control is the hollow one. */
export const swatch = (index: number): TemplateResult =>
  html`<svg class="swatch ${variantClass(index)}" viewBox="0 0 12 12" aria-hidden="true">
    ${shapes[Math.min(index, coloursMax - 1)]}
  </svg>`;
