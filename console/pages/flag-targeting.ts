import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Flag } from "../../protocols/flag.ts";
import { hrefOf } from "../router.ts";
import type { Place } from "../services.ts";
import { shareText } from "../words/numbers.ts";
import { pairOf, rolloutOf, withRollout, wholeShare } from "../words/rollout.ts";
import { ruleSentence, serveSentence } from "../words/rule-sentence.ts";
import type { FlagEdit } from "./flag-edit.ts";

interface Targeting {
  readonly edit: FlagEdit;
  readonly place: Place;
  /** The reader may look, not change. */
  readonly locked: boolean;
}

/** Who gets what, top to bottom as it is decided. */
export const targetingFace = (targeting: Targeting): TemplateResult =>
  html`${switchPanel(targeting)} ${rulesPanel(targeting.edit.draft)} ${everyonePanel(targeting)}
  ${variationsPanel(targeting.edit.draft)}`;

function switchPanel({ edit, locked }: Targeting): TemplateResult {
  const { draft } = edit;
  const set = (event: Event): void =>
    edit.edit({ ...draft, enabled: (event.target as HTMLInputElement).checked });
  return html`<section class="panel" aria-labelledby="switch-title">
    <header>
      <h2 id="switch-title">Serving</h2>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          .checked=${live(draft.enabled)}
          ?disabled=${locked}
          @change=${set}
        />
        ${draft.enabled ? "On" : "Off"}
      </label>
    </header>
    <p class="muted">
      ${
        draft.killed
          ? html`Killed: everybody gets <code>${draft.offVariation}</code>, whatever stands below.`
          : draft.enabled
            ? "The rules below decide, from top to bottom."
            : html`Everybody gets <code>${draft.offVariation}</code>.`
      }
    </p>
    ${locked ? html`<p class="small muted">Your token can look at this, not change it. That takes <code>experiments:write</code>.</p>` : nothing}
  </section>`;
}

const rulesPanel = ({ rules }: Flag): TemplateResult =>
  html`<section class="panel" aria-labelledby="rules-title">
    <header>
      <h2 id="rules-title">Rules</h2>
      <span class="muted small">The first that fits decides</span>
    </header>
    ${
      rules.length === 0
        ? html`<p class="muted">No rules: the line below holds for everyone.</p>`
        : html`<ol class="rules">
            ${rules.map(
              (rule) =>
                html`<li>
                  <span class="sentence">${ruleSentence(rule)}</span>
                  <span class="muted small">${rule.name ?? ""} <code>${rule.id}</code></span>
                </li>`,
            )}
          </ol>`
    }
  </section>`;

function everyonePanel({ edit, place, locked }: Targeting): TemplateResult {
  const { draft } = edit;
  const share = rolloutOf(draft);
  return html`<section class="panel" aria-labelledby="everyone-title">
    <header>
      <h2 id="everyone-title">Everyone else</h2>
      ${share === undefined ? nothing : html`<span class="muted small">Raising it never moves anybody out</span>`}
    </header>
    ${share === undefined ? servedText(draft, place) : slider(edit, share, locked)}
  </section>`;
}

/** Every drag has a number field beside it (WCAG 2.5.7), exact to a hundredth of a per cent. */
function slider(edit: FlagEdit, share: number, locked: boolean): TemplateResult {
  const { draft } = edit;
  const pair = pairOf(draft);
  const set = (percent: number): void => {
    if (Number.isFinite(percent))
      edit.edit(withRollout(draft, Math.round(Math.min(100, Math.max(0, percent)) * 100)));
  };
  const numberOf = (event: Event): number => (event.target as HTMLInputElement).valueAsNumber;
  return html`<div class="slider">
      <input
        type="range"
        min="0"
        max="100"
        step="1"
        aria-label="Rollout"
        aria-valuetext=${shareText(share)}
        .value=${live(String(share / 100))}
        ?disabled=${locked}
        @input=${(event: Event) => set(numberOf(event))}
      />
      <label class="number">
        <span class="visually-hidden">Rollout in per cent</span>
        <input
          type="number"
          min="0"
          max="100"
          step="0.01"
          inputmode="decimal"
          .value=${String(share / 100)}
          ?disabled=${locked}
          @change=${(event: Event) => set(numberOf(event))}
        />
        %
      </label>
    </div>
    <p class="muted">
      <code>${pair?.on}</code> to ${shareText(share)} and <code>${pair?.off}</code> to
      ${shareText(wholeShare - share)} of the people no rule fits.
    </p>`;
}

function servedText({ fallthrough }: Flag, { env }: Place): TemplateResult {
  const sentence = serveSentence(fallthrough);
  const text = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
  if (!("experiment" in fallthrough)) return html`<p>${text} Change it in the JSON view.</p>`;
  const href = hrefOf(`/experiments/${encodeURIComponent(fallthrough.experiment)}`, { env });
  return html`<p>${text} <a href=${href}>See the experiment</a></p>`;
}

const variationsPanel = ({ variations, offVariation }: Flag): TemplateResult =>
  html`<section class="panel" aria-labelledby="variations-title">
    <header><h2 id="variations-title">Variations</h2></header>
    <div class="table-wrap">
      <table class="variations">
        <caption class="visually-hidden">
          Variations
        </caption>
        <thead>
          <tr>
            <th scope="col">Variation</th>
            <th scope="col">Value</th>
            <th scope="col"><span class="visually-hidden">Role</span></th>
          </tr>
        </thead>
        <tbody>
          ${variations.map(
            ({ key, name, value }) =>
              html`<tr>
                <td>${name ?? key} <span class="key">${key}</span></td>
                <td><code>${JSON.stringify(value)}</code></td>
                <td>${key === offVariation ? html`<span class="badge">When off</span>` : nothing}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
