import { sentence } from "./sentence.ts";
import type { ReferenceCase } from "./case.ts";
import { mismatchesOf } from "./compare.ts";
import { answers } from "./tables.ts";

export interface Outcome {
  readonly id: string;
  readonly method: string;
  /** Empty: passed. */
  readonly mismatches: readonly string[];
}

/** Asks the engine one case and compares. A method nobody answers, and one that throws, are mismatches too. */
export function runCase({ id, method, input, expected, tolerance }: ReferenceCase): Outcome {
  const answer = answers[method];
  if (answer === undefined) return { id, method, mismatches: [`no method ${method}`] };
  try {
    return { id, method, mismatches: mismatchesOf(answer(input), expected, tolerance).map(sentence) };
  } catch (error) {
    return { id, method, mismatches: [error instanceof Error ? error.message : String(error)] };
  }
}
