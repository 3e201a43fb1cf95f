import type { z } from "zod";

/** The answer to a case's input, in the key names of the reference. */
export type Answer = (input: unknown) => unknown;
export type AnswerTable = Readonly<Record<string, Answer>>;

/** A method that reads its input by a schema, so that an input of another shape is named as such. */
export function given<Input>(shape: z.ZodType<Input>, method: (input: Input) => unknown): Answer {
  return (input) => method(shape.parse(input));
}
