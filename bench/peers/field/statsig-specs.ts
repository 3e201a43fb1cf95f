import { groupShare, variantShares, type ConditionSpec, type FlagSpec } from "../cases.ts";

// Flags in Statsig's words: gates for kinds a and b, experiments for kind c.

export interface SpecCondition {
  readonly type: string;
  readonly operator: string | null;
  readonly field: string | null;
  readonly targetValue: unknown;
  readonly additionalValues: Readonly<Record<string, unknown>>;
  readonly isDeviceBased: false;
  readonly idType: "userID";
}

export interface SpecRule {
  readonly id: string;
  readonly name: string;
  readonly salt: string;
  readonly passPercentage: number;
  readonly conditions: readonly SpecCondition[];
  readonly returnValue: unknown;
  readonly idType: "userID";
  readonly isDeviceBased: false;
}

export interface Spec {
  readonly name: string;
  readonly type: "feature_gate" | "dynamic_config";
  readonly entity: "feature_gate" | "experiment";
  readonly salt: string;
  readonly enabled: true;
  readonly defaultValue: unknown;
  readonly rules: readonly SpecRule[];
  readonly idType: "userID";
  readonly isDeviceBased: false;
  readonly isActive: true;
  readonly version: 1;
}

export function specOf({ key, kind, rules }: FlagSpec): Spec {
  const isGate = kind !== "c";
  const shared = {
    name: key,
    salt: key,
    enabled: true,
    idType: "userID",
    isDeviceBased: false,
    isActive: true,
    version: 1,
  } as const;
  // A gate's rule says false by letting nobody pass.
  const ruled = rules.map(({ id, when, serve }) => ({
    ...ruleOf(id, when.map(conditionOf), true),
    passPercentage: serve === "on" ? 100 : 0,
  }));
  return isGate
    ? {
        ...shared,
        type: "feature_gate",
        entity: "feature_gate",
        defaultValue: false,
        rules: [...ruled, { ...ruleOf("rest", [everybody], true), passPercentage: kind === "a" ? 100 : 50 }],
      }
    : { ...shared, type: "dynamic_config", entity: "experiment", defaultValue: {}, rules: trialRules(key) };
}

const slotsPerHundredth = 10; // its buckets of users are thousandths

function trialRules(key: string): SpecRule[] {
  const outside = bucketCondition(`${key}-group`, "gte", groupShare * slotsPerHundredth);
  let reached = 0;
  const dealt = variantShares.map((variant) => {
    reached += variant.share * slotsPerHundredth;
    return ruleOf(variant.key, [bucketCondition(key, "lt", reached)], { variant: variant.key });
  });
  return [ruleOf("outside", [outside], { variant: "none" }), ...dealt];
}

const ruleOf = (id: string, conditions: readonly SpecCondition[], returnValue: unknown): SpecRule => ({
  id,
  name: id,
  salt: id,
  passPercentage: 100,
  conditions,
  returnValue,
  idType: "userID",
  isDeviceBased: false,
});

const plain = {
  operator: null,
  field: null,
  targetValue: null,
  additionalValues: {},
  isDeviceBased: false,
  idType: "userID",
} as const;

const everybody: SpecCondition = { ...plain, type: "public" };

const bucketCondition = (salt: string, operator: "lt" | "gte", targetValue: number): SpecCondition => ({
  ...plain,
  type: "user_bucket",
  operator,
  targetValue,
  additionalValues: { salt },
});

function conditionOf(condition: ConditionSpec): SpecCondition {
  const field = (name: string, operator: string, targetValue: unknown): SpecCondition => ({
    ...plain,
    type: "user_field",
    field: name,
    operator,
    targetValue,
  });
  switch (condition.kind) {
    case "country":
      return field("country", "any", condition.oneOf);
    case "plan":
      return field("plan", "any", [condition.is]);
    case "version":
      return field("appVersion", "version_gte", condition.atLeast);
  }
}
