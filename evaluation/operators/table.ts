import type { Operator } from "../../protocols/condition.ts";
import { equalityOperators } from "./equality.ts";
import { instantOperators } from "./instant.ts";
import { listOperators } from "./list.ts";
import { networkOperators } from "./network.ts";
import type { Prepare } from "./operator.ts";
import { orderOperators } from "./order.ts";
import { patternOperators } from "./pattern.ts";
import { presenceOperators } from "./presence.ts";
import { textOperators } from "./text.ts";
import { versionOperators } from "./version.ts";

/** Those that look at the unit instead of an attribute (conditions.ts). */
export type UnitOperator = "in_segment" | "bucket";

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
};
const byName: ReadonlyMap<string, Prepare> = new Map(Object.entries(table));

/** Undefined for the unit's operators, and for one that a newer version knows. */
export const attributeOperator = (op: string): Prepare | undefined => byName.get(op);
