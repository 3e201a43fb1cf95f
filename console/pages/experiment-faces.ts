import { html, nothing, type TemplateResult } from "lit";
import type { PublishedExperiment } from "../../protocols/experiment.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import { counts } from "../charts/counts.ts";
import { forest } from "../charts/forest.ts";
import { swatch } from "../charts/marks.ts";
import { resultsTable } from "../charts/results-table.ts";
import type { LiveState } from "../live.ts";
import { hrefOf } from "../router.ts";
import { intervalsText } from "../words/now.ts";
import { agoText, countText, dateText, shareText } from "../words/numbers.ts";
import { planFacts } from "../words/plan.ts";
import { conditionText } from "../words/rule-sentence.ts";
import { peopleIn, peopleText, sampleRatioText, type Status } from "../words/status-sentence.ts";
import { standingGlyphs } from "../words/verdict.ts";

interface ResultView {
  readonly tableShown: boolean;
  readonly live: LiveState;
  readonly now: number;
  readonly heardAt: number | undefined;
  readonly toggleTable: () => void;
  readonly togglePause: () => void;
}

/** Words before numbers: what it says, and whether the split is healthy. */
export const standingFace = (
  { standing, word, sentence }: Status,
  result: ExperimentResult | undefined,
): TemplateResult =>
  html`<section class="standing ${standing}" aria-label="Verdict">
    <div>
      <span class="badge ${standing}"
        ><span aria-hidden="true">${standingGlyphs[standing]}</span> ${word}</span
      >
    </div>
    <p class="sentence">${sentence}</p>
    ${result === undefined ? nothing : healthLine(result)}
  </section>`;

function healthLine(result: ExperimentResult): TemplateResult {
  const { analysis } = result;
  const bad = analysis.sampleRatio.kind === "tested" && analysis.sampleRatio.mismatch;
  const confidence = shareText(Math.round((1 - analysis.alpha) * 10_000));
  return html`<p class="health small ${bad ? "bad" : ""}">
      <span aria-hidden="true">${bad ? "!" : "✓"}</span>${sampleRatioText(analysis.sampleRatio)}
    </p>
    <p class="muted small">${intervalsText(result, confidence)}</p>`;
}

export const resultFace = (result: ExperimentResult, view: ResultView): TemplateResult =>
  html`<section class="panel" aria-labelledby="people-title">
      <header>
        <h2 id="people-title">${peopleText(peopleIn(result))}</h2>
        ${liveControls(result, view)}
      </header>
      ${staleNote(view)} ${counts(result)}
    </section>
    <section class="panel" aria-labelledby="effects-title">
      <header>
        <h2 id="effects-title">Effect against ${result.definition.experiment.control}</h2>
        <button class="quiet" aria-expanded=${view.tableShown ? "true" : "false"} @click=${view.toggleTable}>
          ${view.tableShown ? "Hide table" : "Show table"}
        </button>
      </header>
      ${result.analysis.comparisons.length === 0 ? html`<p class="muted">Nothing to compare yet.</p>` : forest(result)}
      ${view.tableShown ? resultsTable(result) : nothing}
    </section>`;

/** Whatever ticks can be stopped (WCAG 2.2.2). */
function liveControls(
  { at, revision }: ExperimentResult,
  { live, now, togglePause }: ResultView,
): TemplateResult {
  const paused = live === "paused";
  return html`<div class="actions">
    <span class="muted small" data-revision=${revision}
      >${paused ? "Paused" : `Computed ${agoText(at, now)}`}</span
    >
    <button
      class="quiet"
      aria-keyshortcuts="P"
      aria-pressed=${paused ? "true" : "false"}
      @click=${togglePause}
    >
      Pause live <kbd>P</kbd>
    </button>
  </div>`;
}

function staleNote({ live, heardAt, now }: ResultView): TemplateResult | typeof nothing {
  if (live !== "stale" && live !== "reconnecting") return nothing;
  const age = heardAt === undefined ? "Nothing heard yet" : `Last heard ${agoText(heardAt, now)}`;
  return html`<p class="note warn" role="status">
    ${age}. ${live === "stale" ? "The numbers may be old." : "Reconnecting by itself."}
  </p>`;
}

export const designFace = (experiment: PublishedExperiment, env: string): TemplateResult =>
  html`<section class="panel" aria-labelledby="design-title">
    <header><h2 id="design-title">Design</h2></header>
    ${experiment.hypothesis === undefined ? nothing : html`<p>${experiment.hypothesis}</p>`}
    <dl class="facts">
      <div>
        <dt>Flag</dt>
        <dd>
          <a href=${hrefOf(`/flags/${encodeURIComponent(experiment.flag)}`, { env })}>${experiment.flag}</a>
        </dd>
      </div>
      <div>
        <dt>Variants</dt>
        ${experiment.variants.map(
          ({ key, variation, weight }, index) =>
            html`<dd>
              ${swatch(index)}${key} <span class="muted">serves ${variation} to ${shareText(weight)}</span>
            </dd>`,
        )}
      </div>
      <div>
        <dt>Takes part</dt>
        <dd>${shareText(experiment.allocation)} of those who fit, by ${experiment.unit}</dd>
      </div>
      <div>
        <dt>For</dt>
        <dd>
          ${experiment.targeting === undefined ? "everyone" : `whom ${conditionText(experiment.targeting)}`}
        </dd>
      </div>
      <div>
        <dt>Goal</dt>
        <dd>${experiment.metrics.primary}</dd>
      </div>
      ${listFact("Also watched", experiment.metrics.secondary)}
      ${listFact("Guardrails", experiment.metrics.guardrails)} ${dateFact("Started", experiment.startedAt)}
      ${dateFact("Planned end", experiment.stopAt)}
      ${planFacts(experiment.analysis).map(([name, text]) => fact(name, text))} ${replannedFact(experiment)}
      ${experiment.phase > 1 ? fact("Phase", countText(experiment.phase)) : nothing}
    </dl>
  </section>`;

const fact = (name: string, text: string): TemplateResult =>
  html`<div>
    <dt>${name}</dt>
    <dd>${text}</dd>
  </div>`;

const listFact = (name: string, keys: readonly string[]): TemplateResult | typeof nothing =>
  keys.length === 0 ? nothing : fact(name, keys.join(", "));

/** A plan that was changed after the start stays visible for ever. */
function replannedFact({ plans = [], phase }: PublishedExperiment): TemplateResult | typeof nothing {
  const changes = plans.filter((each) => each.phase === phase).slice(1);
  const last = changes.at(-1);
  if (last === undefined) return nothing;
  const times = changes.length === 1 ? "once" : `${countText(changes.length)} times`;
  return fact("Plan changed while running", `${times}, last on ${dateText(last.at)} by ${last.by}`);
}

const dateFact = (name: string, instant: number | undefined): TemplateResult | typeof nothing =>
  instant === undefined ? nothing : fact(name, dateText(instant));
