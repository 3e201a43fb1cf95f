import type { Evaluation } from "../../protocols/decision.ts";
import type { FlagType } from "../../protocols/flag.ts";
import type { Json } from "../../protocols/json.ts";

/** OpenFeature's error codes that can happen here. */
export type ErrorCode =
  | "PROVIDER_NOT_READY"
  | "FLAG_NOT_FOUND"
  | "TYPE_MISMATCH"
  | "TARGETING_KEY_MISSING"
  | "GENERAL";

/** OpenFeature's evaluation details. `value` is always usable: the default when there is an error. */
export interface Details<Value extends Json = Json> {
  readonly flagKey: string;
  readonly value: Value;
  readonly variant?: string;
  readonly reason: string;
  readonly errorCode?: ErrorCode;
  readonly errorMessage?: string;
  readonly flagMetadata: Readonly<Record<string, string | number | boolean>>;
}

export const failed = <Value extends Json>(
  flagKey: string,
  value: Value,
  errorCode: ErrorCode,
  errorMessage: string,
): Details<Value> => ({ flagKey, value, reason: "ERROR", errorCode, errorMessage, flagMetadata: {} });

/** The evaluation as details, of the type that was asked for. */
export function detailsOf<Value extends Json>(
  evaluation: Evaluation,
  type: FlagType | undefined,
  fallback: Value,
  circumstances: { readonly version: number; readonly stale: boolean; readonly consentDenied: boolean },
): Details<Value> {
  const { flagKey, value, variation, code } = evaluation;
  if (code === "flag_not_found")
    return failed(flagKey, fallback, "FLAG_NOT_FOUND", `there is no flag ${flagKey}`);
  if (value === undefined)
    return failed(flagKey, fallback, "GENERAL", `${flagKey} was answered without a value: ${code}`);
  if (type !== undefined && !hasType(value, type))
    return failed(flagKey, fallback, "TYPE_MISMATCH", `the value of ${flagKey} is not of type ${type}`);
  return {
    flagKey,
    value: value as Value,
    ...(variation === undefined ? {} : { variant: variation }),
    reason: circumstances.stale ? "STALE" : evaluation.reason,
    flagMetadata: {
      ...metadataOf(evaluation, circumstances.version),
      ...(circumstances.consentDenied ? { consentDenied: true } : {}),
    },
  };
}

function metadataOf(evaluation: Evaluation, configVersion: number): Details["flagMetadata"] {
  const { code, ruleId, experiment, variant, propensity } = evaluation;
  return {
    code,
    configVersion,
    ...(ruleId === undefined ? {} : { ruleId }),
    ...(experiment === undefined ? {} : { experiment }),
    ...(variant === undefined ? {} : { experimentVariant: variant }),
    ...(propensity === undefined ? {} : { propensity }),
  };
}

function hasType(value: Json, type: FlagType): boolean {
  switch (type) {
    case "boolean":
    case "string":
    case "number":
      return typeof value === type;
    case "json":
      return true;
  }
}
