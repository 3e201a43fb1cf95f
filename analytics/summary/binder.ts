import type { Parameters } from "./scope.ts";

/** Names parameters of a statement as they come up, and gives the text that stands for each (scope.ts, C1). */
export class Binder {
  readonly parameters: Record<string, Parameters[string]> = {};
  readonly #names = new Map<string, string>();

  /** Equal ones have one name: they go in an address, which has not room for all. */
  bind(value: Parameters[string], type: string): string {
    const text = `${type} ${JSON.stringify(value)}`;
    const name = this.#names.get(text) ?? `f${this.#names.size}`;
    this.#names.set(text, name);
    this.parameters[name] = value;
    return `{${name}:${type}}`;
  }
}
