import { Task } from "@lit/task";
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { LifecycleAction } from "../../protocols/environment-messages.ts";
import type { ExperimentStatus, PublishedExperiment } from "../../protocols/experiment.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import { LiveTopic, type LiveState } from "../live.ts";
import type { Problem } from "../problem.ts";
import { hrefOf } from "../router.ts";
import { mayWrite, type Place, type Services } from "../services.ts";
import { LightElement } from "../ui/element.ts";
import { issueList, loadingFace, problemFace } from "../ui/faces.ts";
import { Keys } from "../ui/keys.ts";
import { asOfNow } from "../words/now.ts";
import { statusOf } from "../words/status-sentence.ts";
import { actionsFor, questionFor } from "./experiment-actions.ts";
import "./experiment-history.ts";
import { designFace, resultFace, standingFace } from "./experiment-faces.ts";
import { statusBadge } from "./experiments.ts";

/** A verdict may change often; it is read out at most so often. */
const announceMsMin = 30_000;

/** One experiment, live: what it says, whether that may be believed, and what to do. */
export class ExperimentPage extends LightElement {
  static override properties = {
    services: { attribute: false },
    place: { attribute: false },
    key: { attribute: false },
    tableShown: { state: true },
    refused: { state: true },
  };
  declare services: Services;
  declare place: Place;
  declare key: string;
  declare tableShown: boolean;
  declare refused: Problem | undefined;
  #topic: LiveTopic<ExperimentResult> | undefined;
  #toldState: LiveState = "off";
  #liveStatus: ExperimentStatus | undefined;
  #announced = { word: "", at: 0 };

  readonly #load = new Task(this, {
    args: () => [this.services, this.place.env, this.key] as const,
    task: async ([{ api }, env, key], { signal }) => {
      const experiment = await api.experiment(env, key, signal);
      // A draft is in no plan, so there is nothing to ask for.
      const begun = experiment.ok && experiment.value.entity.status !== "draft";
      return { experiment, result: begun ? await api.results(env, key, signal) : undefined };
    },
    onComplete: ({ experiment }) => this.#follow(experiment.ok ? experiment.value.entity.status : undefined),
  });

  constructor() {
    super();
    this.tableShown = false;
    new Keys(this, { p: () => this.#togglePause() });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#topic ??= new LiveTopic(this, this.services.live, this.services.clock);
    if (changed.has("key")) this.#follow(undefined);
  }

  /** Only what can still change has a live line. */
  #follow(status: ExperimentStatus | undefined): void {
    const path = `/stream/results/${encodeURIComponent(this.key)}`;
    const moving = status === "running" || status === "paused";
    this.#topic?.follow(moving ? hrefOf(path, { env: this.place.env }) : undefined);
  }

  protected override updated(): void {
    this.#loadAgainWhenMoved();
    this.#tellState(this.#topic?.state ?? "off");
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#topic = undefined;
  }

  /** Weir itself may pause it, or a colleague: what may be done about it is then another thing. */
  #loadAgainWhenMoved(): void {
    const status = this.#topic?.value?.definition.experiment.status;
    const moved = this.#liveStatus !== undefined && status !== undefined && status !== this.#liveStatus;
    this.#liveStatus = status;
    if (moved) void this.#load.run();
  }

  /** The top bar shows what this page knows of its line. */
  #tellState(state: LiveState): void {
    if (state === this.#toldState) return;
    this.#toldState = state;
    this.dispatchEvent(new CustomEvent<LiveState>("weir-live", { detail: state, bubbles: true }));
  }

  #togglePause(): void {
    this.#topic?.togglePause();
    this.services.announce(this.#topic?.state === "paused" ? "Live updates paused" : "Live updates resumed");
  }

  async #act(action: LifecycleAction, experiment: PublishedExperiment): Promise<void> {
    if (!(await this.services.confirm(questionFor(action, experiment, this.place.envName)))) return;
    const answer = await this.services.api.lifecycle(this.place.env, this.key, action);
    this.refused = answer.ok ? undefined : answer.failure;
    if (answer.ok) await this.#load.run();
  }

  override render() {
    return html`<div class="page">
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href=${hrefOf("/experiments", { env: this.place.env })}>Experiments</a> / ${this.key}
      </nav>
      ${this.#load.render({
        initial: () => this.#waiting(),
        pending: () => (this.#load.value === undefined ? this.#waiting() : this.#loaded()),
        complete: () => this.#loaded(),
      })}
    </div>`;
  }

  #waiting(): TemplateResult {
    return html`<h1>${this.key}</h1>
      ${loadingFace(6)}`;
  }

  #loaded(): TemplateResult | typeof nothing {
    const answers = this.#load.value;
    if (answers === undefined) return nothing;
    if (!answers.experiment.ok) {
      return html`<h1>${this.key}</h1>
        ${problemFace(answers.experiment.failure, () => void this.#load.run())}`;
    }
    const experiment = answers.experiment.value.entity;
    const newest = this.#topic?.value ?? (answers.result?.ok === true ? answers.result.value : undefined);
    const result = newest === undefined ? undefined : asOfNow(newest);
    const status = statusOf(experiment, result);
    this.#announce(status.word, status.sentence);
    return html`${this.#head(experiment)} ${this.#refusal()} ${standingFace(status, result)}
    ${
      result === undefined
        ? answers.result?.ok === false && answers.result.failure.status !== 404
          ? problemFace(answers.result.failure, () => void this.#load.run())
          : nothing
        : resultFace(result, {
            tableShown: this.tableShown,
            toggleTable: () => (this.tableShown = !this.tableShown),
            live: this.#topic?.state ?? "off",
            now: this.services.clock.now(),
            heardAt: this.#topic?.heardAt,
            togglePause: () => this.#togglePause(),
          })
    }
    ${result === undefined ? nothing : this.#history(experiment, result)}
    ${designFace(experiment, this.place.env)}`;
  }

  #history(experiment: PublishedExperiment, { at, definition }: ExperimentResult): TemplateResult {
    return html`<weir-experiment-history
      .services=${this.services}
      .place=${this.place}
      .experiment=${experiment}
      .names=${new Map(definition.metrics.map(({ key, name }) => [String(key), name ?? key]))}
      .minute=${Math.floor(at / 60_000)}
    ></weir-experiment-history>`;
  }

  #head(experiment: PublishedExperiment): TemplateResult {
    return html`<header class="head">
      <div>
        <h1>${experiment.name ?? experiment.key}</h1>
        <p class="meta">
          ${statusBadge(experiment.status)} <code>${experiment.key}</code>
          ${experiment.phase > 1 ? html`<span>phase ${experiment.phase}</span>` : nothing}
          ${experiment.status === "draft" ? nothing : reportLink(experiment.key, this.place.env)}
        </p>
      </div>
      ${
        mayWrite(this.place)
          ? html`<div class="actions">
              ${actionsFor(experiment.status).map(
                ({ action, word, tone }) =>
                  html`<button class=${tone} @click=${() => void this.#act(action, experiment)}>
                    ${word}
                  </button>`,
              )}
            </div>`
          : nothing
      }
    </header>`;
  }

  #refusal(): TemplateResult | typeof nothing {
    return this.refused === undefined
      ? nothing
      : html`<div class="note danger" role="alert">
          <strong>Not done: ${this.refused.title}</strong>
          ${this.refused.detail === undefined ? nothing : html`<p>${this.refused.detail}</p>`}
          ${issueList(this.refused)}
        </div>`;
  }

  #announce(word: string, sentence: string): void {
    const now = this.services.clock.now();
    const first = this.#announced.word === "";
    if (word === this.#announced.word || now - this.#announced.at < announceMsMin) return;
    this.#announced = { word, at: now };
    if (!first) this.services.announce(`Verdict changed. ${sentence}`);
  }
}
/** A page of its own, made by the gateway, to read whole, to print and to pass on. */
const reportLink = (key: string, env: string): TemplateResult =>
  html`<a
    href=${hrefOf(`/v1/reports/${encodeURIComponent(key)}`, { env, format: "html" })}
    target="_blank"
    rel="noopener"
    >Full report</a
  >`;
customElements.define("weir-experiment", ExperimentPage);
