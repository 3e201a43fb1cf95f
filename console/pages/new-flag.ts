import { html, nothing } from "lit";
import type { Problem } from "../problem.ts";
import { hrefOf } from "../router.ts";
import type { Place, Services } from "../services.ts";
import { LightElement } from "../ui/element.ts";
import { issueList } from "../ui/faces.ts";
import { wholeShare } from "../words/rollout.ts";

/** As keyPattern in protocols/ids.ts; browsers read `pattern` with the v flag, where "-" must be escaped in a class. */
const keyPattern = "[a-z0-9][a-z0-9_.\\-]*";

/** Makes a boolean flag as a draft. It starts at 0 %: nobody gets anything by accident. */
export class NewFlag extends LightElement {
  static override properties = {
    services: { attribute: false },
    place: { attribute: false },
    problem: { state: true },
  };
  declare services: Services;
  declare place: Place;
  declare problem: Problem | undefined;

  open(): void {
    this.problem = undefined;
    this.querySelector("dialog")?.showModal();
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const field = (name: string): string => (form.elements.namedItem(name) as HTMLInputElement).value.trim();
    const key = field("key");
    const answer = await this.services.api.createFlag(this.place.env, draftOf(key, field("name")));
    if (!answer.ok) {
      this.problem = answer.failure;
      return;
    }
    form.reset();
    this.querySelector("dialog")?.close();
    this.services.navigator.go(hrefOf(`/flags/${encodeURIComponent(key)}`, { env: this.place.env }));
  }

  override render() {
    return html`<dialog aria-labelledby="new-flag-title">
      <form @submit=${(event: SubmitEvent) => void this.#submit(event)}>
        <h2 id="new-flag-title">New flag</h2>
        <p class="muted">On or off, for nobody at first. Nothing is served until you publish it.</p>
        <div class="field">
          <label for="new-flag-key">Key</label>
          <input
            id="new-flag-key"
            name="key"
            class="mono"
            required
            maxlength="100"
            autocomplete="off"
            pattern=${keyPattern}
            aria-describedby="new-flag-hint"
          />
          <p class="hint" id="new-flag-hint">
            Lower case letters, digits, and . _ - inside. Code asks by it; it never changes.
          </p>
        </div>
        <div class="field">
          <label for="new-flag-name">Name</label>
          <input id="new-flag-name" name="name" maxlength="200" autocomplete="off" />
        </div>
        ${
          this.problem === undefined
            ? nothing
            : html`<div class="note danger" role="alert">
                ${this.problem.title} ${issueList(this.problem)}
              </div>`
        }
        <div class="actions end">
          <button type="button" @click=${() => this.querySelector("dialog")?.close()}>Cancel</button>
          <button class="primary">Create draft</button>
        </div>
      </form>
    </dialog>`;
  }
}
customElements.define("weir-new-flag", NewFlag);

const draftOf = (key: string, name: string) => ({
  key,
  ...(name !== "" && { name }),
  type: "boolean",
  variations: [
    { key: "on", value: true },
    { key: "off", value: false },
  ],
  offVariation: "off",
  fallthrough: {
    split: [
      { variation: "on", weight: 0 },
      { variation: "off", weight: wholeShare },
    ],
  },
});
