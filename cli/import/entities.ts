import type { z } from "zod";
import { issuesOf } from "../../protocols/errors.ts";
import { Experiment } from "../../protocols/experiment.ts";
import { Flag, Segment } from "../../protocols/flag.ts";
import type { Notes } from "./notes.ts";

// Weir's schemas have bounds that other systems lack. What does not fit them is refused like anything else that cannot be
// carried, and a placeholder goes on in its place.

/** What a schema takes, with its lists as they are made: not to be written to. */
type Input<Value> = Value extends readonly (infer Member)[]
  ? readonly Input<Member>[]
  : Value extends object
    ? { readonly [Name in keyof Value]: Input<Value[Name]> }
    : Value;
type FlagInput = Input<z.input<typeof Flag>>;
type SegmentInput = Input<z.input<typeof Segment>>;
type ExperimentInput = Input<z.input<typeof Experiment>>;

type Parsed<Entity> =
  | { readonly success: true; readonly data: Entity }
  | { readonly success: false; readonly error: z.ZodError };

/** The first faults say enough. */
const faultsShownMax = 5;

function refuse<Entity>(parsed: Parsed<Entity>, path: string, notes: Notes): void {
  if (parsed.success) return;
  for (const issue of issuesOf(parsed.error).slice(0, faultsShownMax))
    notes.refuse(path, `does not fit Weir: ${issue.path}: ${issue.message}`);
}

export function flagOf(input: FlagInput, path: string, notes: Notes): Flag {
  const parsed = Flag.safeParse(input);
  refuse(parsed, path, notes);
  if (parsed.success) return parsed.data;
  const variations = [{ key: "off", value: false }];
  return Flag.parse({
    key: input.key,
    type: "boolean",
    variations,
    offVariation: "off",
    fallthrough: { variation: "off" },
  });
}

export function segmentOf(input: SegmentInput, path: string, notes: Notes): Segment {
  const parsed = Segment.safeParse(input);
  refuse(parsed, path, notes);
  return parsed.success ? parsed.data : Segment.parse({ key: input.key });
}

export function experimentOf(input: ExperimentInput, path: string, notes: Notes): Experiment | undefined {
  const parsed = Experiment.safeParse(input);
  refuse(parsed, path, notes);
  return parsed.success ? parsed.data : undefined;
}
