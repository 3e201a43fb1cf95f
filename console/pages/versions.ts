import { Task } from "@lit/task";
import { html, nothing, type TemplateResult } from "lit";
import type { PublishedVersion } from "../../protocols/environment-messages.ts";
import type { Problem } from "../problem.ts";
import { mayWrite, type Place, type Services } from "../services.ts";
import { LightElement } from "../ui/element.ts";
import { emptyFace, issueList, loadingFace, problemFace } from "../ui/faces.ts";
import { dateText } from "../words/numbers.ts";

/** What was published in this environment. Rolling back publishes old content as a new version; nothing is erased. */
export class Versions extends LightElement {
  static override properties = {
    services: { attribute: false },
    place: { attribute: false },
    rolledBack: { attribute: false },
    problem: { state: true },
  };
  declare services: Services;
  declare place: Place;
  declare rolledBack: () => void;
  declare problem: Problem | undefined;

  readonly #versions = new Task(this, {
    args: () => [this.services, this.place.env] as const,
    task: ([{ api }, env], { signal }) => api.versions(env, signal),
  });

  async #rollBack(version: number): Promise<void> {
    const yes = await this.services.confirm({
      title: `Roll ${this.place.envName} back to version ${version}?`,
      body: "All flags and experiments of this environment are served as they were then. Drafts stay.",
      action: "Roll back",
      danger: true,
    });
    if (!yes) return;
    const answer = await this.services.api.rollBack(this.place.env, version);
    this.problem = answer.ok ? undefined : answer.failure;
    if (!answer.ok) return;
    this.services.announce(`Rolled back; version ${answer.value.version} is served`);
    await this.#versions.run();
    this.rolledBack();
  }

  override render() {
    return html`<section class="panel" aria-labelledby="versions-title">
      <header>
        <h2 id="versions-title">Published versions of ${this.place.envName}</h2>
        <span class="muted small">A version holds the whole environment</span>
      </header>
      ${
        this.problem === undefined
          ? nothing
          : html`<div class="note danger" role="alert">
              <strong>Not rolled back: ${this.problem.title}</strong>${issueList(this.problem)}
            </div>`
      }
      ${this.#versions.render({
        initial: () => loadingFace(4),
        pending: () => loadingFace(4),
        complete: (answer) =>
          answer.ok
            ? this.#table(answer.value.items)
            : problemFace(answer.failure, () => void this.#versions.run()),
      })}
    </section>`;
  }

  #table(versions: readonly PublishedVersion[]): TemplateResult {
    if (versions.length === 0)
      return emptyFace("Nothing published yet", "Drafts do not affect anybody until the first publish.");
    return html`<div class="table-wrap">
      <table>
        <caption class="visually-hidden">
          Published versions, newest first
        </caption>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Published</th>
            <th scope="col" class="wide">By</th>
            <th scope="col" class="wide">Note</th>
            <th scope="col"><span class="visually-hidden">Action</span></th>
          </tr>
        </thead>
        <tbody>
          ${versions.map((version, index) => this.#row(version, index === 0))}
        </tbody>
      </table>
    </div>`;
  }

  #row({ version, at, by, note, rollbackOf }: PublishedVersion, served: boolean): TemplateResult {
    const words = rollbackOf === undefined ? note : `Rollback to version ${rollbackOf}`;
    return html`<tr>
      <td><strong>${version}</strong> ${served ? html`<span class="badge on">Served</span>` : nothing}</td>
      <td>${dateText(at)}</td>
      <td class="wide">${by}</td>
      <td class="wide">${words ?? html`<span class="muted">–</span>`}</td>
      <td class="numeric">
        ${
          served || !mayWrite(this.place)
            ? nothing
            : html`<button
                class="quiet"
                aria-label="Roll back to version ${version}"
                @click=${() => void this.#rollBack(version)}
              >
                Roll back
              </button>`
        }
      </td>
    </tr>`;
  }
}
customElements.define("weir-versions", Versions);
