import { z } from "zod";

/** |x − y| ≤ rel |y| or |x − y| ≤ abs. */
const Tolerance = z.object({ rel: z.number().default(0), abs: z.number().default(0) });
export type Tolerance = z.infer<typeof Tolerance>;

const MethodCase = z.object({
  id: z.string(),
  method: z.string(),
  input: z.unknown(),
  expected: z.record(z.string(), z.unknown()),
  tolerance: Tolerance,
});

/** A value of a special function, to 25 digits. */
const FunctionCase = z.object({
  fn: z.string(),
  args: z.array(z.number()),
  ref: z.string(),
  tolerance: Tolerance.optional(),
});

/** One question and its answer, by other tools. */
export type ReferenceCase = z.infer<typeof MethodCase>;

const File = z.object({ cases: z.array(z.union([MethodCase, FunctionCase])).min(1) });

/** What special functions are held to where their file says nothing else. */
const functionTolerance: Tolerance = { rel: 1e-9, abs: 0 };

/** Both kinds of files: cases of methods, and values of special functions. */
export function referenceCases(text: string): readonly ReferenceCase[] {
  return File.parse(JSON.parse(text)).cases.map((given) =>
    "method" in given
      ? given
      : {
          id: `${given.fn}(${given.args.join(", ")})`,
          method: `special:${given.fn}`,
          input: given.args,
          expected: { value: Number(given.ref) },
          tolerance: given.tolerance ?? functionTolerance,
        },
  );
}
