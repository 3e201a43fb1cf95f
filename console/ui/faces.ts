import { html, nothing, type TemplateResult } from "lit";
import type { Problem } from "../problem.ts";

// The states a page has besides the one it was made for. An error says that it is one, never "no results".

/** Rows of the final height, so that nothing jumps when the data comes. */
export const loadingFace = (rows: number): TemplateResult =>
  html`<div role="status">
    <span class="visually-hidden">Loading</span>
    <div class="skeleton" aria-hidden="true">${Array.from({ length: rows }, () => html`<span></span>`)}</div>
  </div>`;

export const emptyFace = (title: string, text: string, action: unknown = nothing): TemplateResult =>
  html`<section class="face">
    <h2>${title}</h2>
    <p>${text}</p>
    ${action}
  </section>`;

export function problemFace(problem: Problem, retry: () => void): TemplateResult {
  if (problem.status === 403) return noPermissionFace(problem);
  if (problem.status === 404) {
    return emptyFace("Not found here", "It does not exist in this environment, or it has another key.");
  }
  return html`<section class="face" role="alert">
    <h2>${problem.title}</h2>
    ${problem.detail === undefined ? nothing : html`<p>${problem.detail}</p>`} ${issueList(problem)}
    ${
      problem.requestId === undefined
        ? nothing
        : html`<p class="small">Request <code>${problem.requestId}</code></p>`
    }
    <button @click=${retry}>Try again</button>
  </section>`;
}

const noPermissionFace = ({ scope }: Problem): TemplateResult =>
  html`<section class="face" role="alert">
    <h2>Your token may not see this</h2>
    <p>
      It lacks
      ${scope === undefined ? "a scope" : scope.includes(" ") ? scope : html`the scope <code>${scope}</code>`}.
      Somebody with an admin token can make one that has it.
    </p>
  </section>`;

/** Everything wrong with an edit, where and why. */
export const issueList = ({ issues }: Problem): TemplateResult | typeof nothing =>
  issues.length === 0
    ? nothing
    : html`<ul>
        ${issues.map(
          ({ path, message }) =>
            html`<li>${path === "" ? nothing : html`<code>${path}</code>: `}${message}</li>`,
        )}
      </ul>`;
