import { html, nothing } from "lit";
import { LightElement } from "./element.ts";

export interface Question {
  readonly title: string;
  readonly body: string;
  /** What will happen, one line each. */
  readonly points?: readonly string[];
  /** The verb on the button, never "OK". */
  readonly action: string;
  readonly danger?: boolean;
}

/** The one dialog that asks. Native: focus stays inside, Escape says no. */
export class ConfirmDialog extends LightElement {
  static override properties = { question: { attribute: false } };
  declare question: Question | undefined;
  #answer: ((yes: boolean) => void) | undefined;

  async ask(question: Question): Promise<boolean> {
    this.#answer?.(false);
    this.question = question;
    await this.updateComplete;
    const dialog = this.querySelector("dialog");
    if (dialog === null) return false;
    dialog.returnValue = "";
    if (!dialog.open) dialog.showModal();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  #closed(event: Event): void {
    this.#answer?.((event.target as HTMLDialogElement).returnValue === "yes");
    this.#answer = undefined;
  }

  override render() {
    const { question } = this;
    if (question === undefined) return nothing;
    return html`<dialog aria-labelledby="confirm-title" @close=${(event: Event) => this.#closed(event)}>
      <form method="dialog">
        <h2 id="confirm-title">${question.title}</h2>
        <p>${question.body}</p>
        ${
          question.points === undefined || question.points.length === 0
            ? nothing
            : html`<div class="note">
                <ul>
                  ${question.points.map((point) => html`<li>${point}</li>`)}
                </ul>
              </div>`
        }
        <div class="actions end">
          <button value="no">Cancel</button>
          <button value="yes" class=${question.danger === true ? "danger" : "primary"}>
            ${question.action}
          </button>
        </div>
      </form>
    </dialog>`;
  }
}
customElements.define("weir-confirm", ConfirmDialog);
