import { z } from "zod";
import { Json } from "../../../protocols/json.ts";

// Flagsmith's environment document: what its SDKs evaluate locally.

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const FeatureState = z.looseObject({
  feature: z.looseObject({ id: z.number(), name: z.string() }),
  enabled: z.boolean(),
  feature_state_value: Json.optional(),
  django_id: z.number().nullish(),
  featurestate_uuid: z.string().nullish(),
  multivariate_feature_state_values: z
    .array(
      z.looseObject({
        id: z.number().nullish(),
        mv_fs_value_uuid: z.string().nullish(),
        percentage_allocation: z.number(),
        multivariate_feature_option: z.looseObject({ value: Json }),
      }),
    )
    .nullish(),
  feature_segment: z.looseObject({ priority: z.number().nullish() }).nullish(),
});
export type FeatureState = z.infer<typeof FeatureState>;

export const FsCondition = z.looseObject({
  operator: z.string(),
  property_: z.string().nullish(),
  property: z.string().nullish(),
  value: z.union([Scalar, z.array(Scalar)]).optional(),
});
export type FsCondition = z.infer<typeof FsCondition>;

export interface FsRule {
  readonly type: "ALL" | "ANY" | "NONE";
  readonly rules?: readonly FsRule[] | null | undefined;
  readonly conditions?: readonly FsCondition[] | null | undefined;
}
const FsRule: z.ZodType<FsRule> = z.lazy(() =>
  z.looseObject({
    type: z.enum(["ALL", "ANY", "NONE"]),
    rules: z.array(FsRule).nullish(),
    conditions: z.array(FsCondition).nullish(),
  }),
);

const FsSegment = z.looseObject({
  id: z.number(),
  name: z.string(),
  rules: z.array(FsRule),
  feature_states: z.array(FeatureState).nullish(),
});
export type FsSegment = z.infer<typeof FsSegment>;

export const EnvironmentDocument = z.looseObject({
  api_key: z.string(),
  feature_states: z.array(FeatureState),
  project: z.looseObject({ segments: z.array(FsSegment).nullish() }),
  identity_overrides: z
    .array(z.looseObject({ identifier: z.string(), identity_features: z.array(FeatureState) }))
    .nullish(),
});
export type EnvironmentDocument = z.infer<typeof EnvironmentDocument>;
