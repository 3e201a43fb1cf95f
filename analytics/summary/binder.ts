import type { Parameters } from "./scope.ts";

/** Names parameters of a statement as they come up, and gives the text that stands for each (scope.ts, C1). */
export class Binder {
  readonly parameters: Record<string, Parameters[string]> = {};
  #made = 0;

  bind(value: Parameters[string], type: string): string {
    const name = `f${this.#made++}`;
    this.parameters[name] = value;
    return `{${name}:${type}}`;
  }
}
