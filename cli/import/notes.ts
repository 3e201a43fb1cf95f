import type { Note, Outcome, ReportEntry } from "./imported.ts";

/**
 * What there is to say about one entity while it is translated. A translator that meets something it cannot carry says
 * so here and goes on with any placeholder: an entity with a refusal is left out whole, since a flag without one of its
 * rules would mean something else.
 */
export class Notes {
  readonly #notes: Note[] = [];

  changed(path: string, message: string): void {
    this.#add({ outcome: "changed", path, message });
  }

  refuse(path: string, message: string): void {
    this.#add({ outcome: "refused", path, message });
  }

  get outcome(): Outcome {
    if (this.#notes.some(({ outcome }) => outcome === "refused")) return "refused";
    return this.#notes.length > 0 ? "changed" : "carried";
  }

  entry(kind: ReportEntry["kind"], name: string, key: string): ReportEntry {
    return { kind, name, key, outcome: this.outcome, notes: this.#notes };
  }

  /** Said once, however often it was met. */
  #add(note: Note): void {
    const known = this.#notes.some(({ path, message }) => path === note.path && message === note.message);
    if (!known) this.#notes.push(note);
  }
}
