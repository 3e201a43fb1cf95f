import { Task } from "@lit/task";
import { html, nothing, type TemplateResult } from "lit";
import type { Versioned } from "../../protocols/environment-messages.ts";
import type { ExperimentStatus, PublishedExperiment } from "../../protocols/experiment.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import type { Api } from "../api.ts";
import { hrefOf } from "../router.ts";
import type { Place, Services } from "../services.ts";
import { LightElement } from "../ui/element.ts";
import { emptyFace, loadingFace, problemFace } from "../ui/faces.ts";
import { shareBar } from "../ui/share-bar.ts";
import { countText } from "../words/numbers.ts";
import { progressOf } from "../words/progress.ts";
import { peopleIn, statusOf } from "../words/status-sentence.ts";
import { standingGlyphs } from "../words/verdict.ts";

/** Verdicts are looked up for so many experiments at once; the others show theirs on their own page. */
const verdictsMax = 25;

/** All experiments of an environment: where they are, and what they say. */
export class ExperimentsPage extends LightElement {
  static override properties = {
    services: { attribute: false },
    place: { attribute: false },
    results: { state: true },
  };
  declare services: Services;
  declare place: Place;
  declare results: ReadonlyMap<string, ExperimentResult>;

  readonly #experiments = new Task(this, {
    args: () => [this.services, this.place.env] as const,
    task: async ([{ api }, env], { signal }) => {
      this.results = new Map();
      const answer = await api.experiments(env, signal);
      if (answer.ok) void this.#lookUp(api, env, answer.value.items, signal);
      return answer;
    },
  });

  constructor() {
    super();
    this.results = new Map();
  }

  /** The list stands at once; verdicts join as they come. */
  async #lookUp(
    api: Api,
    env: string,
    experiments: readonly Versioned<PublishedExperiment>[],
    signal: AbortSignal,
  ): Promise<void> {
    const begun = experiments.filter(({ entity }) => entity.status !== "draft").slice(0, verdictsMax);
    const found = await Promise.all(begun.map(({ entity }) => api.results(env, entity.key, signal)));
    if (signal.aborted) return;
    this.results = new Map(
      found.flatMap((answer) => (answer.ok ? [[answer.value.experiment, answer.value]] : [])),
    );
  }

  override render() {
    return html`<div class="page">
      <header class="head">
        <div>
          <h1>Experiments</h1>
          <p class="muted">What is being tried in ${this.place.envName}, and what it did.</p>
        </div>
      </header>
      ${this.#experiments.render({
        initial: () => loadingFace(4),
        pending: () => loadingFace(4),
        complete: (answer) =>
          answer.ok
            ? this.#table(answer.value.items)
            : problemFace(answer.failure, () => void this.#experiments.run()),
      })}
    </div>`;
  }

  #table(experiments: readonly Versioned<PublishedExperiment>[]): TemplateResult {
    if (experiments.length === 0) {
      return emptyFace(
        "No experiments yet",
        "An experiment gives the variations of a flag to groups of equal kind, and measures what each did.",
      );
    }
    return html`<div class="table-wrap">
      <table>
        <caption class="visually-hidden">
          Experiments
        </caption>
        <thead>
          <tr>
            <th scope="col">Experiment</th>
            <th scope="col">Status</th>
            <th scope="col" class="wide">Progress</th>
            <th scope="col" class="numeric wide">People</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          ${experiments.map(({ entity }) => this.#row(entity))}
        </tbody>
      </table>
    </div>`;
  }

  #row(experiment: PublishedExperiment): TemplateResult {
    const { key, name, status } = experiment;
    const result = this.results.get(key);
    const progress = progressOf(experiment, this.services.clock.now());
    const { standing, word } = statusOf(experiment, result);
    return html`<tr>
      <td>
        <a class="name" href=${hrefOf(`/experiments/${encodeURIComponent(key)}`, { env: this.place.env })}
          >${name ?? key}</a
        >
        <span class="key">${key}</span>
      </td>
      <td>${statusBadge(status)}</td>
      <td class="wide">
        ${progress.text}${progress.fraction === undefined ? nothing : shareBar(progress.fraction)}
      </td>
      <td class="numeric wide">
        ${result === undefined ? html`<span class="muted">–</span>` : countText(peopleIn(result))}
      </td>
      <td>
        <span class="badge ${standing}"
          ><span aria-hidden="true">${standingGlyphs[standing]}</span> ${word}</span
        >
      </td>
    </tr>`;
  }
}
customElements.define("weir-experiments", ExperimentsPage);

export const statusBadge = (status: ExperimentStatus): TemplateResult =>
  html`<span class="badge ${status === "draft" ? "" : status}"
    >${status.charAt(0).toUpperCase()}${status.slice(1)}</span
  >`;
