import { Task } from "@lit/task";
import { html, nothing, type TemplateResult } from "lit";
import type { PublishedExperiment } from "../../protocols/experiment.ts";
import type { Timeline } from "../../protocols/timeline.ts";
import { effectsOver, metricsIn } from "../charts/over-time-scale.ts";
import { overTime } from "../charts/over-time.ts";
import { hrefOf } from "../router.ts";
import type { Place, Services } from "../services.ts";
import { LightElement } from "../ui/element.ts";
import { loadingFace, problemFace } from "../ui/faces.ts";

/** What each look at an experiment found, since its phase began. */
export class ExperimentHistory extends LightElement {
  static override properties = {
    services: { attribute: false },
    place: { attribute: false },
    experiment: { attribute: false },
    names: { attribute: false },
    minute: { attribute: false },
    metric: { state: true },
  };
  declare services: Services;
  declare place: Place;
  declare experiment: PublishedExperiment;
  /** Of the metrics, by key. */
  declare names: ReadonlyMap<string, string>;
  /** Of the newest result: a new one may bring a new look, and looks are kept seldom. */
  declare minute: number;
  declare metric: string | undefined;

  readonly #load = new Task(this, {
    args: () => [this.services, this.place.env, this.experiment.key, this.minute] as const,
    task: ([{ api }, env, key], { signal }) => api.timeline(env, key, signal),
  });

  override render(): TemplateResult {
    return html`<section class="panel" aria-labelledby="history-title">
      <header>
        <h2 id="history-title">Over time</h2>
        <a
          href=${hrefOf(`/v1/experiments/${encodeURIComponent(this.experiment.key)}/timeline`, { env: this.place.env, format: "csv", limit: "400" })}
          download="${this.experiment.key}-looks.csv"
          >Download as CSV</a
        >
      </header>
      ${this.#body()}
    </section>`;
  }

  #body(): TemplateResult {
    const answer = this.#load.value;
    if (answer === undefined) return loadingFace(3);
    return answer.ok ? this.#looks(answer.value) : problemFace(answer.failure, () => void this.#load.run());
  }

  #looks({ items }: Timeline): TemplateResult {
    const metrics = metricsIn(items);
    const { primary } = this.experiment.metrics;
    const metric = this.metric ?? metrics.find((each) => each === primary) ?? metrics[0];
    const effects = effectsOver(items, this.experiment.phase, metric ?? primary);
    if (effects.size === 0)
      return html`<p class="muted">No look has been kept yet: the first comes with the first answer.</p>`;
    return html`${metrics.length < 2 ? nothing : this.#choice(metrics, metric)}
      <p class="muted small">
        Difference from ${this.experiment.control}, with the interval that was valid at that moment.
      </p>
      ${overTime(effects, this.experiment.variants)}`;
  }

  #choice(metrics: readonly string[], chosen: string | undefined): TemplateResult {
    return html`<label class="choice">
      Metric
      <select @change=${(event: Event) => (this.metric = (event.target as HTMLSelectElement).value)}>
        ${metrics.map(
          (each) =>
            html`<option value=${each} ?selected=${each === chosen}>${this.names.get(each) ?? each}</option>`,
        )}
      </select>
    </label>`;
  }
}
customElements.define("weir-experiment-history", ExperimentHistory);
