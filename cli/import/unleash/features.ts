import { z } from "zod";
import { Json } from "../../../protocols/json.ts";

// What Unleash's client API answers: `{version, features, segments}`, as far as deciding needs it.

export const Constraint = z.looseObject({
  contextName: z.string(),
  operator: z.string(),
  values: z.array(z.string()).nullish(),
  value: z.union([z.string(), z.number()]).nullish(),
  inverted: z.boolean().nullish(),
  caseInsensitive: z.boolean().nullish(),
});
export type Constraint = z.infer<typeof Constraint>;

export const Variant = z.looseObject({
  name: z.string(),
  weight: z.number(),
  payload: z.looseObject({ type: z.string(), value: Json }).nullish(),
  stickiness: z.string().nullish(),
  overrides: z.array(z.looseObject({ contextName: z.string(), values: z.array(z.string()) })).nullish(),
});
export type Variant = z.infer<typeof Variant>;

export const Strategy = z.looseObject({
  name: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])).nullish(),
  constraints: z.array(Constraint).nullish(),
  segments: z.array(z.number()).nullish(),
  variants: z.array(Variant).nullish(),
  disabled: z.boolean().nullish(),
});
export type Strategy = z.infer<typeof Strategy>;

export const Feature = z.looseObject({
  name: z.string(),
  description: z.string().nullish(),
  enabled: z.boolean(),
  strategies: z.array(Strategy).nullish(),
  variants: z.array(Variant).nullish(),
  dependencies: z
    .array(
      z.looseObject({
        feature: z.string(),
        enabled: z.boolean().nullish(),
        variants: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
});
export type Feature = z.infer<typeof Feature>;

export const SegmentOf = z.looseObject({ id: z.number(), constraints: z.array(Constraint) });
export type SegmentOf = z.infer<typeof SegmentOf>;

export const Features = z.looseObject({
  version: z.number().optional(),
  features: z.array(Feature),
  segments: z.array(SegmentOf).nullish(),
});
export type Features = z.infer<typeof Features>;
