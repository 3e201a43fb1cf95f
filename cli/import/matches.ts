import type { Condition } from "../../protocols/condition.ts";
import type { UnitId } from "../../protocols/ids.ts";
import { holds } from "../../evaluation/check.ts";
import { CheckMaker } from "../../evaluation/conditions.ts";

/** Whether a condition holds for these attributes alone: for what an importer can decide beforehand. */
export function matches(condition: Condition, attributes: Readonly<Record<string, unknown>>): boolean {
  const check = new CheckMaker("", () => undefined).checkOf(condition);
  return check !== undefined && holds(check, { unitId: "" as UnitId, attributes, now: 0 });
}
