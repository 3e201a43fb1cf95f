import { z } from "zod";
import { ListSource } from "./environment-messages.ts";
import { Segment } from "./flag.ts";
import { UnitId } from "./ids.ts";

const List = z.union([z.array(UnitId), ListSource]).default([]);

/**
 * A segment as people write it: each list with its units, or where a long one is (`{upload}`, `"kept"`, `"none"`; see
 * `put_segment`).
 */
export const SegmentInput = Segment.extend({ included: List, excluded: List });
export type SegmentInput = z.infer<typeof SegmentInput>;
