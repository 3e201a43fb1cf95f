import type { OFREPApi } from "@openfeature/ofrep-core";
import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
} from "@openfeature/server-sdk";

/** A server provider as anybody would write it over the library's own OFREP calls: one request per evaluation. */
export function serverProvider(api: OFREPApi): Provider {
  const resolve = async <T extends JsonValue>(
    flagKey: string,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> => {
    const { value: answer } = await api.postEvaluateFlag(flagKey, { context });
    if ("errorCode" in answer) return { value: fallback, errorCode: answer.errorCode, reason: "ERROR" };
    // Without a value it is the code's default that counts.
    const value = "value" in answer ? (answer.value as T) : fallback;
    if (typeof value !== typeof fallback)
      return { value: fallback, errorCode: ErrorCode.TYPE_MISMATCH, reason: "ERROR" };
    const { variant, reason } = answer;
    return {
      value,
      ...(variant === undefined ? {} : { variant }),
      ...(reason === undefined ? {} : { reason }),
    };
  };
  return {
    metadata: { name: "OFREP" },
    runsOn: "server",
    resolveBooleanEvaluation: resolve,
    resolveStringEvaluation: resolve,
    resolveNumberEvaluation: resolve,
    resolveObjectEvaluation: <T extends JsonValue>(key: string, fallback: T, context: EvaluationContext) =>
      resolve<T>(key, fallback, context),
  };
}
