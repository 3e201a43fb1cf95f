import { html, nothing } from "lit";
import type { Flag } from "../../protocols/flag.ts";
import { LightElement } from "../ui/element.ts";
import type { FlagEdit } from "./flag-edit.ts";

/** The whole flag as text, for what has no control. The same draft and the same save as everything else. */
export class FlagJson extends LightElement {
  static override properties = {
    edit: { attribute: false },
    flag: { attribute: false },
    locked: { attribute: false },
    fault: { state: true },
  };
  declare edit: FlagEdit;
  declare flag: Flag;
  declare locked: boolean;
  declare fault: string | undefined;

  #typed(event: Event): void {
    const { value } = event.target as HTMLTextAreaElement;
    try {
      const flag: unknown = JSON.parse(value);
      if (typeof flag !== "object" || flag === null || !("variations" in flag) || !("fallthrough" in flag)) {
        this.fault = "A flag is an object with variations and a fallthrough.";
        return;
      }
      this.fault = undefined;
      // The gateway judges the rest; every problem it finds is shown with its path.
      this.edit.edit({ rules: [], tags: [], ...flag, key: this.edit.base.entity.key } as unknown as Flag);
    } catch (error) {
      this.fault = error instanceof Error ? error.message : "This is not JSON.";
    }
  }

  override render() {
    return html`<section class="panel" aria-labelledby="json-title">
      <header>
        <h2 id="json-title">JSON</h2>
        <span class="muted small">Leave the field to apply what you typed</span>
      </header>
      ${
        this.fault === undefined
          ? nothing
          : html`<p class="note danger" role="alert" id="json-fault">Not applied: ${this.fault}</p>`
      }
      <textarea
        class="code"
        aria-label="Flag as JSON"
        aria-invalid=${this.fault === undefined ? "false" : "true"}
        spellcheck="false"
        autocomplete="off"
        ?readonly=${this.locked}
        .value=${JSON.stringify(this.flag, undefined, 2)}
        @change=${(event: Event) => this.#typed(event)}
      ></textarea>
    </section>`;
  }
}
customElements.define("weir-flag-json", FlagJson);
