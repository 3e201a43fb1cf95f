import { z } from "zod";
import { Json } from "../../../protocols/json.ts";

// What LaunchDarkly's server SDKs and relay hold: `{flags, segments}` by key.

export const Clause = z.looseObject({
  attribute: z.string().optional(),
  op: z.string(),
  values: z.array(Json),
  negate: z.boolean().optional(),
  contextKind: z.string().optional(),
});
export type Clause = z.infer<typeof Clause>;

export const Rollout = z.looseObject({
  kind: z.string().optional(),
  variations: z.array(
    z.looseObject({
      variation: z.number().int().min(0),
      weight: z.number().min(0),
      untracked: z.boolean().optional(),
    }),
  ),
  bucketBy: z.string().optional(),
  contextKind: z.string().optional(),
  seed: z.number().int().optional(),
});
export type Rollout = z.infer<typeof Rollout>;

const Choice = { variation: z.number().int().min(0).nullish(), rollout: Rollout.nullish() };
export type Choice = {
  readonly variation?: number | null | undefined;
  readonly rollout?: Rollout | null | undefined;
};

const Target = z.looseObject({
  variation: z.number().int().min(0),
  values: z.array(z.string()),
  contextKind: z.string().optional(),
});

export const LdFlag = z.looseObject({
  key: z.string(),
  on: z.boolean(),
  salt: z.string().default(""),
  prerequisites: z.array(z.looseObject({ key: z.string(), variation: z.number().int().min(0) })).nullish(),
  targets: z.array(Target).nullish(),
  contextTargets: z.array(Target).nullish(),
  rules: z.array(z.looseObject({ id: z.string().optional(), clauses: z.array(Clause), ...Choice })).nullish(),
  fallthrough: z.looseObject(Choice).nullish(),
  offVariation: z.number().int().min(0).nullish(),
  variations: z.array(Json).min(1),
  deleted: z.boolean().optional(),
});
export type LdFlag = z.infer<typeof LdFlag>;

const KindTargets = z.array(
  z.looseObject({ contextKind: z.string().optional(), values: z.array(z.string()) }),
);

export const LdSegment = z.looseObject({
  key: z.string(),
  included: z.array(z.string()).nullish(),
  excluded: z.array(z.string()).nullish(),
  includedContexts: KindTargets.nullish(),
  excludedContexts: KindTargets.nullish(),
  salt: z.string().default(""),
  rules: z
    .array(
      z.looseObject({
        clauses: z.array(Clause),
        weight: z.number().nullish(),
        bucketBy: z.string().nullish(),
        rolloutContextKind: z.string().nullish(),
      }),
    )
    .nullish(),
  unbounded: z.boolean().optional(),
  deleted: z.boolean().optional(),
});
export type LdSegment = z.infer<typeof LdSegment>;

export const LdData = z.looseObject({
  flags: z.record(z.string(), LdFlag),
  segments: z.record(z.string(), LdSegment).nullish(),
});
