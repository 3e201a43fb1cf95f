import { LitElement } from "lit";

/**
 * Every element of the console renders into the page itself: one stylesheet, ids that a label in another element
 * may name, forms that hold all their fields. There is no foreign page to protect from.
 */
export class LightElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
