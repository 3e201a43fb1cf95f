import type { Operator } from "../../protocols/condition.ts";
import { coercedOperators } from "./coerced.ts";
import { equalityOperators } from "./equality.ts";
import { ignoreCaseOperators } from "./ignore-case.ts";
import { instantOperators } from "./instant.ts";
import { lenientVersionOperators } from "./lenient-version.ts";
import { listOperators } from "./list.ts";
import { networkOperators } from "./network.ts";
import type { Prepare } from "./operator.ts";
import { orderOperators } from "./order.ts";
import { patternOperators } from "./pattern.ts";
import { presenceOperators } from "./presence.ts";
import { shapeOperators } from "./shape.ts";
import { textOperators } from "./text.ts";
import { versionOperators } from "./version.ts";

/** Those that look at the unit or the clock instead of an attribute, and the one that holds a condition (conditions.ts). */
export type UnitOperator = "in_segment" | "bucket" | "in_hash_range" | "now_before" | "now_after" | "some";

const table: Record<Exclude<Operator, UnitOperator>, Prepare> = {
  ...equalityOperators,
  ...orderOperators,
  ...textOperators,
  ...patternOperators,
  ...presenceOperators,
  ...versionOperators,
  ...instantOperators,
  ...networkOperators,
  ...listOperators,
  ...coercedOperators,
  ...ignoreCaseOperators,
  ...shapeOperators,
  ...lenientVersionOperators,
};
const byName: ReadonlyMap<string, Prepare> = new Map(Object.entries(table));

/** Undefined for the operators of conditions.ts, and for one that a newer version knows. */
export const attributeOperator = (op: string): Prepare | undefined => byName.get(op);
