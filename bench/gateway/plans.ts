import { Flag } from "../../protocols/flag.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { Plan } from "../../protocols/plan.ts";
import type { PlanContent } from "../../evaluation/compile.ts";
import { compiledOf, contentOf } from "../evaluation/plan.ts";

export const environment = EnvironmentKey.parse("bench");
export const largeEnvironment = EnvironmentKey.parse("bench-large");

/** One flag: three rules of two conditions, the last of which holds, then a split. Case b of the evaluation bench. */
export function smallPlan(): Plan {
  const rule = (id: string, plan: string): unknown => ({
    id,
    when: {
      all: [
        { attribute: "country", op: "in", value: ["FR", "ES", "IT", "PL", "DE"] },
        { attribute: "plan", op: "eq", value: plan },
      ],
    },
    serve: {
      split: [
        { variation: "on", weight: 5_000 },
        { variation: "off", weight: 5_000 },
      ],
    },
  });
  const flag = Flag.parse({
    key: "checkout",
    type: "boolean",
    variations: [
      { key: "on", value: true },
      { key: "off", value: false },
    ],
    offVariation: "off",
    fallthrough: { variation: "off" },
    rules: [rule("first", "free"), rule("second", "team"), rule("third", "pro")],
  });
  return compiledOf({ ...contentOf(0), environment, flags: [flag] });
}

/** 1 000 flags, of which 100 serve experiments. */
export const largeContent = (): PlanContent => ({ ...contentOf(1_000, 100), environment: largeEnvironment });
