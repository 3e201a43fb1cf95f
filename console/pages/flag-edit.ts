import type { Versioned } from "../../protocols/environment-messages.ts";
import type { Flag } from "../../protocols/flag.ts";
import { isConflict, type Problem } from "../problem.ts";
import type { Answer } from "../api.ts";
import { changesOf } from "../words/changes.ts";

// One save model: edits stay here, "save" makes the draft, "publish" serves it.
//   F1. A save carries the version its author saw. Last write never wins.
//   F2. After a conflict nothing is lost and nothing is overwritten until the author has chosen.

export type Outcome =
  | { readonly kind: "none" }
  | { readonly kind: "busy" }
  | { readonly kind: "saved" }
  | { readonly kind: "published"; readonly version: number }
  | { readonly kind: "conflict"; readonly actualVersion: number | undefined }
  | { readonly kind: "refused"; readonly what: "save" | "publish"; readonly problem: Problem };

/** What an edit needs of the gateway. */
export interface FlagStore {
  load(): Promise<Answer<Versioned<Flag>>>;
  save(flag: Flag, seenVersion: number): Promise<Answer<Versioned<Flag>>>;
  publish(): Promise<Answer<{ readonly version: number }>>;
}

export class FlagEdit {
  readonly #store: FlagStore;
  readonly #changed: () => void;
  #base: Versioned<Flag>;
  #draft: Flag;
  #outcome: Outcome = { kind: "none" };

  constructor(base: Versioned<Flag>, store: FlagStore, changed: () => void) {
    this.#base = base;
    this.#draft = base.entity;
    this.#store = store;
    this.#changed = changed;
  }

  get base(): Versioned<Flag> {
    return this.#base;
  }
  get draft(): Flag {
    return this.#draft;
  }
  get outcome(): Outcome {
    return this.#outcome;
  }
  get changes(): string[] {
    return changesOf(this.#base.entity, this.#draft);
  }
  get dirty(): boolean {
    return this.changes.length > 0;
  }
  /** The saved form is not what is served. */
  get unpublished(): boolean {
    return this.#base.version !== this.#base.publishedVersion;
  }

  edit(flag: Flag): void {
    this.#draft = flag;
    if (this.#outcome.kind !== "conflict") this.#outcome = { kind: "none" }; // F2
    this.#changed();
  }

  discard(): void {
    this.#draft = this.#base.entity;
    this.#settle({ kind: "none" });
  }

  async save(): Promise<boolean> {
    this.#settle({ kind: "busy" });
    const answer = await this.#store.save(this.#draft, this.#base.version); // F1
    if (answer.ok) {
      this.#base = answer.value;
      this.#draft = answer.value.entity;
      this.#settle({ kind: "saved" });
      return true;
    }
    const problem = answer.failure;
    this.#settle(
      isConflict(problem)
        ? { kind: "conflict", actualVersion: problem.actualVersion }
        : { kind: "refused", what: "save", problem },
    );
    return false;
  }

  /** Saves first what is not saved. */
  async publish(): Promise<void> {
    if (this.dirty && !(await this.save())) return;
    this.#settle({ kind: "busy" });
    const answer = await this.#store.publish();
    if (!answer.ok) return this.#settle({ kind: "refused", what: "publish", problem: answer.failure });
    await this.#reload();
    this.#draft = this.#base.entity;
    this.#settle({ kind: "published", version: answer.value.version });
  }

  /** Conflict, first choice: the newest saved form; our edits go. */
  async takeTheirs(): Promise<void> {
    if (await this.#reload()) this.discard();
  }

  /** Conflict, second choice: our edits stand against the newest form, shown as changes to it, and not yet saved. */
  async keepMine(): Promise<void> {
    if (await this.#reload()) this.#settle({ kind: "none" });
  }

  async #reload(): Promise<boolean> {
    const answer = await this.#store.load();
    if (answer.ok) this.#base = answer.value;
    else this.#settle({ kind: "refused", what: "save", problem: answer.failure });
    return answer.ok;
  }

  #settle(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#changed();
  }
}
