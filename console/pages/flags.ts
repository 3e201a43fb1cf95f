import { Task } from "@lit/task";
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Versioned } from "../../protocols/environment-messages.ts";
import type { Flag } from "../../protocols/flag.ts";
import { hrefOf } from "../router.ts";
import { mayWrite, type Place, type Services } from "../services.ts";
import { LightElement } from "../ui/element.ts";
import { emptyFace, loadingFace, problemFace } from "../ui/faces.ts";
import { Keys } from "../ui/keys.ts";
import { shareBar } from "../ui/share-bar.ts";
import { agoText, countText } from "../words/numbers.ts";
import { rolloutOf, rolloutSummary, stateOf, stateWords, wholeShare } from "../words/rollout.ts";
import { hasDraft, keepsFlag, stateFilters, type FlagFilter } from "./flag-filter.ts";
import "./new-flag.ts";
import type { NewFlag } from "./new-flag.ts";

/** All flags of an environment. The filter lives in the address. */
export class FlagsPage extends LightElement {
  static override properties = {
    services: { attribute: false },
    place: { attribute: false },
    query: { attribute: false },
    more: { state: true },
    next: { state: true },
  };
  declare services: Services;
  declare place: Place;
  declare query: string;
  declare more: readonly Versioned<Flag>[];
  declare next: string | undefined;

  readonly #flags = new Task(this, {
    args: () => [this.services, this.place.env] as const,
    task: ([{ api }, env], { signal }) => api.flags(env, undefined, signal),
    onComplete: (answer) => {
      this.more = [];
      this.next = answer.ok ? answer.value.next : undefined;
    },
  });

  constructor() {
    super();
    this.more = [];
    new Keys(this, { "/": () => this.querySelector<HTMLInputElement>("input[type=search]")?.focus() });
  }

  get #filter(): FlagFilter {
    const query = new URLSearchParams(this.query);
    return { text: query.get("q") ?? "", state: query.get("state") ?? "" };
  }

  #refine(change: Partial<FlagFilter>): void {
    const { text, state } = { ...this.#filter, ...change };
    this.services.navigator.go(hrefOf("/flags", { env: this.place.env, q: text, state }), { replace: true });
  }

  async #loadMore(): Promise<void> {
    const answer = await this.services.api.flags(this.place.env, this.next);
    if (!answer.ok) return;
    this.more = [...this.more, ...answer.value.items];
    this.next = answer.value.next;
  }

  override render() {
    return html`<div class="page">
      <header class="head">
        <div>
          <h1>Flags</h1>
          <p class="muted">What is on in ${this.place.envName}, and for whom.</p>
        </div>
        ${
          mayWrite(this.place)
            ? html`<button
                class="primary"
                @click=${() => this.querySelector<NewFlag>("weir-new-flag")?.open()}
              >
                New flag
              </button>`
            : nothing
        }
      </header>
      ${this.#flags.render({
        initial: () => loadingFace(6),
        pending: () => loadingFace(6),
        complete: (answer) =>
          answer.ok
            ? this.#list([...answer.value.items, ...this.more])
            : problemFace(answer.failure, () => void this.#flags.run()),
      })}
      <weir-new-flag .services=${this.services} .place=${this.place}></weir-new-flag>
    </div>`;
  }

  #list(all: readonly Versioned<Flag>[]): TemplateResult {
    if (all.length === 0) {
      return emptyFace(
        "No flags yet",
        "A flag decides who gets what, without a new release. The first one starts off for everybody.",
      );
    }
    const filter = this.#filter;
    const shown = all.filter((flag) => keepsFlag(filter, flag));
    return html`<div class="filters" role="search">
        <input
          type="search"
          placeholder="Filter by name, key, owner or tag"
          aria-label="Filter flags"
          aria-keyshortcuts="/"
          .value=${filter.text}
          @input=${(event: Event) => this.#refine({ text: (event.target as HTMLInputElement).value })}
        />
        <select
          aria-label="State"
          .value=${filter.state}
          @change=${(event: Event) => this.#refine({ state: (event.target as HTMLSelectElement).value })}
        >
          ${stateFilters.map(
            ({ value, name }) =>
              html`<option value=${value} ?selected=${value === filter.state}>${name}</option>`,
          )}
        </select>
        <span class="muted small" role="status"
          >${countText(shown.length)} of ${countText(all.length)}${this.next === undefined ? "" : "+"}</span
        >
      </div>
      ${
        shown.length === 0
          ? emptyFace(
              "No flag fits this filter",
              "Nothing is wrong; nothing matches.",
              html`<button @click=${() => this.#refine({ text: "", state: "" })}>Clear the filter</button>`,
            )
          : this.#table(shown)
      }
      ${this.next === undefined ? nothing : html`<div><button @click=${() => void this.#loadMore()}>Load more</button></div>`}`;
  }

  #table(flags: readonly Versioned<Flag>[]): TemplateResult {
    return html`<div class="table-wrap">
      <table>
        <caption class="visually-hidden">
          Flags
        </caption>
        <thead>
          <tr>
            <th scope="col">Flag</th>
            <th scope="col">State</th>
            <th scope="col">Rollout</th>
            <th scope="col" class="wide">Owner</th>
            <th scope="col" class="wide">Changed</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            flags,
            ({ entity }) => entity.key,
            (flag) => this.#row(flag),
          )}
        </tbody>
      </table>
    </div>`;
  }

  #row(flag: Versioned<Flag>): TemplateResult {
    const { entity } = flag;
    const state = stateOf(entity);
    const share = rolloutOf(entity);
    return html`<tr>
      <td>
        <a class="name" href=${hrefOf(`/flags/${encodeURIComponent(entity.key)}`, { env: this.place.env })}>
          ${entity.name ?? entity.key}
        </a>
        <span class="key">${entity.key}</span>
      </td>
      <td>
        <span class="badge ${state}">${stateWords[state]}</span>
        ${hasDraft(flag) ? html`<span class="badge draft">Draft</span>` : nothing}
      </td>
      <td>
        ${state === "on" ? rolloutSummary(entity) : html`<span class="muted">Serves ${entity.offVariation}</span>`}
        ${state === "on" && share !== undefined ? shareBar(share / wholeShare) : nothing}
      </td>
      <td class="wide">${entity.owner ?? html`<span class="muted">–</span>`}</td>
      <td class="wide muted">${agoText(flag.updatedAt, this.services.clock.now())} by ${flag.updatedBy}</td>
    </tr>`;
  }
}
customElements.define("weir-flags", FlagsPage);
