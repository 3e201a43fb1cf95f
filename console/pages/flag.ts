import { Task } from "@lit/task";
import { html, nothing, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { hrefOf } from "../router.ts";
import { mayWrite, type Place, type Services } from "../services.ts";
import { LightElement } from "../ui/element.ts";
import { loadingFace, problemFace } from "../ui/faces.ts";
import { agoText } from "../words/numbers.ts";
import { stateOf, stateWords } from "../words/rollout.ts";
import { FlagEdit } from "./flag-edit.ts";
import { targetingFace } from "./flag-targeting.ts";
import { saveBar } from "./save-bar.ts";
import "./flag-json.ts";
import "./versions.ts";

const tabs = [
  { key: "targeting", name: "Targeting" },
  { key: "json", name: "JSON" },
  { key: "versions", name: "Versions" },
] as const;

/** One flag: look, edit, save, publish. */
export class FlagPage extends LightElement {
  static override properties = {
    services: { attribute: false },
    place: { attribute: false },
    key: { attribute: false },
    query: { attribute: false },
    edit: { state: true },
  };
  declare services: Services;
  declare place: Place;
  declare key: string;
  declare query: string;
  declare edit: FlagEdit | undefined;

  readonly #load = new Task(this, {
    args: () => [this.services, this.place.env, this.key] as const,
    task: ([{ api }, env, key], { signal }) => api.flag(env, key, signal),
    onComplete: (answer) => {
      const { services, key } = this;
      const { env } = this.place;
      this.edit = answer.ok
        ? new FlagEdit(
            answer.value,
            {
              load: () => services.api.flag(env, key),
              save: (flag, seen) => services.api.putFlag(env, flag, seen),
              publish: () => services.api.publishFlag(env, key),
            },
            () => this.#changed(),
          )
        : undefined;
    },
  });

  #changed(): void {
    const outcome = this.edit?.outcome;
    if (outcome?.kind === "saved") this.services.announce("Draft saved");
    if (outcome?.kind === "published") this.services.announce(`Published as version ${outcome.version}`);
    this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("beforeunload", this.#beforeUnload);
    this.services.navigator.guard(
      () =>
        !(this.edit?.dirty ?? false) ||
        confirm("Leave without saving? Your changes to this flag will be lost."),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("beforeunload", this.#beforeUnload);
    this.services.navigator.guard(undefined);
  }

  readonly #beforeUnload = (event: BeforeUnloadEvent): void => {
    if (this.edit?.dirty === true) event.preventDefault();
  };

  async #publish(edit: FlagEdit): Promise<void> {
    const yes =
      !this.place.production ||
      (await this.services.confirm({
        title: `Publish to ${this.place.envName}?`,
        body: `Everybody who asks for ${this.key} gets the new answer within seconds.`,
        points: edit.changes,
        action: "Publish",
      }));
    if (yes) await edit.publish();
  }

  override render() {
    return this.#load.render({
      initial: () => this.#waiting(),
      pending: () => this.#waiting(),
      complete: (answer) =>
        answer.ok && this.edit !== undefined
          ? this.#loaded(this.edit)
          : html`<div class="page">
              ${this.#crumbs()}
              <h1>${this.key}</h1>
              ${answer.ok ? nothing : problemFace(answer.failure, () => void this.#load.run())}
            </div>`,
    });
  }

  #waiting(): TemplateResult {
    return html`<div class="page">
      ${this.#crumbs()}
      <h1>${this.key}</h1>
      ${loadingFace(5)}
    </div>`;
  }

  #crumbs(): TemplateResult {
    return html`<nav class="crumbs" aria-label="Breadcrumb">
      <a href=${hrefOf("/flags", { env: this.place.env })}>Flags</a> / ${this.key}
    </nav>`;
  }

  #loaded(edit: FlagEdit): TemplateResult {
    const { base, draft } = edit;
    const asked = new URLSearchParams(this.query).get("tab");
    const tab = tabs.find(({ key }) => key === asked)?.key ?? "targeting";
    const state = stateOf(draft);
    return html`<div class="page">
      ${this.#crumbs()}
      <header class="head">
        <div>
          <h1>${draft.name ?? draft.key}</h1>
          <p class="meta">
            <span class="badge ${state}">${stateWords[state]}</span>
            ${edit.unpublished ? html`<span class="badge draft">Draft not served</span>` : nothing}
            <code>${draft.key}</code>
            <span
              >version ${base.version}, ${agoText(base.updatedAt, this.services.clock.now())} by
              ${base.updatedBy}</span
            >
          </p>
          ${draft.description === undefined ? nothing : html`<p class="muted">${draft.description}</p>`}
        </div>
      </header>
      <nav class="tabs" aria-label="Views of this flag">
        ${tabs.map(
          ({ key, name }) =>
            html`<a
              href=${hrefOf(location.pathname, { env: this.place.env, tab: key === "targeting" ? undefined : key })}
              aria-current=${ifDefined(key === tab ? "page" : undefined)}
              >${name}</a
            >`,
        )}
      </nav>
      ${this.#tab(tab, edit)} ${saveBar({ edit, place: this.place, publish: () => void this.#publish(edit) })}
    </div>`;
  }

  #tab(tab: (typeof tabs)[number]["key"], edit: FlagEdit): TemplateResult {
    switch (tab) {
      case "targeting":
        return targetingFace({ edit, place: this.place, locked: !mayWrite(this.place) });
      case "json":
        return html`<weir-flag-json
          .edit=${edit}
          .flag=${edit.draft}
          .locked=${!mayWrite(this.place)}
        ></weir-flag-json>`;
      case "versions":
        return html`<weir-versions
          .services=${this.services}
          .place=${this.place}
          .rolledBack=${() => void this.#load.run()}
        ></weir-versions>`;
    }
  }
}
customElements.define("weir-flag", FlagPage);
