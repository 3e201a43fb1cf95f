/** What the run may not find. `lost` and `doubled` are what users would see. */
export interface Violation {
  readonly rule:
    | "lost" // acknowledged, and not there
    | "doubled" // there twice
    | "interleaved" // two owners wrote one journal at once, or its chain is broken
    | "wrong_reply" // an answer that the journal's order does not give
    | "wrong_state" // an actor or a fold that is not the recount of its log
    | "set_aside" // a dead letter, though nothing was poisonous
    | "crash" // a host that ended by itself
    | "unanswered"; // a command without an answer though all is mended
  readonly text: string;
}

export type Found = (rule: Violation["rule"], text: string) => void;

/** Most of each rule that are kept with their text; the rest is counted. */
const textsMax = 20;

export class Violations {
  readonly #counts = new Map<Violation["rule"], number>();
  readonly #texts: Violation[] = [];

  readonly found: Found = (rule, text) => {
    const count = (this.#counts.get(rule) ?? 0) + 1;
    this.#counts.set(rule, count);
    if (count <= textsMax) this.#texts.push({ rule, text });
  };

  /** The same findings, to add to. */
  copy(): Violations {
    const copy = new Violations();
    for (const [rule, count] of this.#counts) copy.#counts.set(rule, count);
    copy.#texts.push(...this.#texts);
    return copy;
  }

  count(rule: Violation["rule"]): number {
    return this.#counts.get(rule) ?? 0;
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  get texts(): readonly Violation[] {
    return this.#texts;
  }
}
