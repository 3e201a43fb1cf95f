import { z } from "zod";
import { Json } from "../../../protocols/json.ts";

// What GrowthBook's SDK endpoint answers, as far as deciding needs it. Other members are left where they are.

const range = z.tuple([z.number(), z.number()]);
const Conditions = z.record(z.string(), Json);

export const ParentCondition = z.looseObject({
  id: z.string(),
  condition: Conditions.optional(),
  gate: z.boolean().optional(),
});

export const Rule = z.looseObject({
  id: z.string().optional(),
  condition: Conditions.optional(),
  parentConditions: z.array(ParentCondition).optional(),
  force: Json.optional(),
  variations: z.array(Json).optional(),
  contextualVariations: z.array(Json).optional(),
  contextualBanditRef: z.string().optional(),
  weights: z.array(z.number()).optional(),
  key: z.string().optional(),
  name: z.string().optional(),
  hashAttribute: z.string().optional(),
  fallbackAttribute: z.string().optional(),
  hashVersion: z.number().optional(),
  seed: z.string().optional(),
  coverage: z.number().optional(),
  range: range.optional(),
  ranges: z.array(range).optional(),
  meta: z
    .array(
      z.looseObject({
        key: z.string().optional(),
        name: z.string().optional(),
        passthrough: z.boolean().optional(),
      }),
    )
    .optional(),
  filters: z
    .array(
      z.looseObject({
        attribute: z.string().optional(),
        seed: z.string(),
        hashVersion: z.number().optional(),
        ranges: z.array(range),
      }),
    )
    .optional(),
  namespace: z.tuple([z.string(), z.number(), z.number()]).optional(),
  active: z.boolean().optional(),
  urlPatterns: z.array(Json).optional(),
  url: Json.optional(),
});
export type Rule = z.infer<typeof Rule>;

export const Feature = z.looseObject({ defaultValue: Json.optional(), rules: z.array(Rule).optional() });
export type Feature = z.infer<typeof Feature>;

export const Bandit = z.looseObject({
  contexts: z
    .array(z.looseObject({ condition: Conditions.optional(), weights: z.array(z.number()) }))
    .optional(),
});

export const Payload = z.looseObject({
  features: z.record(z.string(), Feature),
  savedGroups: z.record(z.string(), z.array(Json)).optional(),
  experiments: z.array(z.looseObject({ key: z.string() })).optional(),
  contextualBandits: z.record(z.string(), Bandit).optional(),
});
export type Payload = z.infer<typeof Payload>;
