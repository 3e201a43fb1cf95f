import { html, nothing } from "lit";
import type { Session } from "../api.ts";
import type { Problem } from "../problem.ts";
import type { Services } from "../services.ts";
import { LightElement } from "../ui/element.ts";

/** Token in, HttpOnly cookie out: after this the page itself can read no secret. */
export class SignInPage extends LightElement {
  static override properties = {
    services: { attribute: false },
    signedIn: { attribute: false },
    problem: { state: true },
    busy: { state: true },
  };
  declare services: Services;
  declare signedIn: (session: Session) => void;
  declare problem: Problem | undefined;
  declare busy: boolean;

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const token = new FormData(form).get("token");
    this.busy = true;
    const answer = await this.services.api.signIn(typeof token === "string" ? token.trim() : "");
    this.busy = false;
    if (answer.ok) {
      form.reset();
      this.signedIn(answer.value);
    } else {
      this.problem = answer.failure;
    }
  }

  override render() {
    return html`<main class="sign-in">
      <form @submit=${(event: SubmitEvent) => void this.#submit(event)}>
        <p class="brand"><img src="/favicon.svg" alt="" />Weir</p>
        <h1>Sign in</h1>
        <div class="field">
          <label for="token">Token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            aria-describedby="token-hint"
          />
          <p class="hint" id="token-hint">A server token. The first one was printed when Weir was set up.</p>
        </div>
        ${this.problem === undefined ? nothing : html`<p class="note danger" role="alert">${wordsFor(this.problem)}</p>`}
        <button class="primary" ?disabled=${this.busy}>${this.busy ? "Signing in…" : "Sign in"}</button>
      </form>
    </main>`;
  }
}
customElements.define("weir-sign-in", SignInPage);

function wordsFor({ code, status, title, detail }: Problem): string {
  if (code === "unauthenticated" || status === 401) return "This token is not known here, or it has expired.";
  if (status === 429) return "Too many tries. Wait a little and try again.";
  return detail === undefined ? title : `${title}. ${detail}`;
}
