import { html, nothing, type TemplateResult } from "lit";
import { mayWrite, type Place } from "../services.ts";
import { issueList } from "../ui/faces.ts";
import type { FlagEdit, Outcome } from "./flag-edit.ts";

interface SaveBar {
  readonly edit: FlagEdit;
  readonly place: Place;
  readonly publish: () => void;
}

/** What is not saved, what is not served, and what came of the last try. Absent when there is nothing to say. */
export function saveBar({ edit, place, publish }: SaveBar): TemplateResult | typeof nothing {
  const { changes, outcome, unpublished } = edit;
  if (!mayWrite(place)) return nothing;
  if (changes.length === 0 && !unpublished && (outcome.kind === "none" || outcome.kind === "saved"))
    return nothing;
  const busy = outcome.kind === "busy";
  const stopped = busy || outcome.kind === "conflict";
  return html`<section class="save-bar" aria-label="Changes">
    ${outcomeFace(outcome, edit)}
    <div class="row">
      <div>
        <strong>${headline(changes.length, unpublished)}</strong>
        <span class="muted">${changes.join(" · ")}</span>
      </div>
      ${
        changes.length === 0 && !unpublished
          ? nothing
          : html`<div class="actions">
              ${
                changes.length === 0
                  ? nothing
                  : html`<button class="quiet" ?disabled=${busy} @click=${() => edit.discard()}>
                        Discard
                      </button>
                      <button ?disabled=${stopped} @click=${() => void edit.save()}>Save draft</button>`
              }
              <button class="primary" ?disabled=${stopped} @click=${publish}>Publish</button>
            </div>`
      }
    </div>
  </section>`;
}

function headline(count: number, unpublished: boolean): string {
  if (count > 0) return `${count} unsaved ${count === 1 ? "change" : "changes"}`;
  return unpublished ? "Saved as a draft, not served yet" : "";
}

function outcomeFace(outcome: Outcome, edit: FlagEdit): TemplateResult | typeof nothing {
  switch (outcome.kind) {
    case "none":
    case "saved":
      return nothing;
    case "busy":
      return html`<p class="muted" role="status">Working…</p>`;
    case "published":
      return html`<p class="note ok">Published as version ${outcome.version}.</p>`;
    case "conflict":
      return html`<div class="note warn" role="alert">
        <strong>Somebody else changed this flag while you were editing</strong>
        <p>
          You started from version ${edit.base.version};
          ${outcome.actualVersion === undefined ? "a newer one" : `version ${outcome.actualVersion}`} stands
          now. Nothing was overwritten.
        </p>
        <div class="actions">
          <button @click=${() => void edit.takeTheirs()}>Reload theirs, drop mine</button>
          <button @click=${() => void edit.keepMine()}>Keep mine, compare with theirs</button>
        </div>
      </div>`;
    case "refused":
      return html`<div class="note danger" role="alert">
        <strong
          >${outcome.what === "publish" ? "Not published" : "Not saved"}: ${outcome.problem.title}</strong
        >
        ${outcome.problem.detail === undefined ? nothing : html`<p>${outcome.problem.detail}</p>`}
        ${issueList(outcome.problem)}
        ${outcome.problem.requestId === undefined ? nothing : html`<p class="small">Request <code>${outcome.problem.requestId}</code></p>`}
      </div>`;
  }
}
