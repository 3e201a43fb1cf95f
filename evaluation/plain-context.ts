import type { EvaluationContext } from "../protocols/decision.ts";
import { textOf } from "./text.ts";

/** What can be read of a context that throws when it is read: each member that is of its type, and nothing else. */
export function plainContext(context: unknown): EvaluationContext {
  const read = (name: string): unknown => {
    try {
      return (context as Readonly<Record<string, unknown>>)[name];
    } catch {
      return undefined;
    }
  };
  const [attributes, key, sessionId, now] = [read("attributes"), read("key"), read("sessionId"), read("now")];
  return {
    unitId: textOf(read("unitId")) as EvaluationContext["unitId"],
    attributes:
      typeof attributes === "object" && attributes !== null
        ? (attributes as EvaluationContext["attributes"])
        : {},
    now: typeof now === "number" ? now : Number.NaN,
    ...(typeof sessionId === "string" ? { sessionId: sessionId as EvaluationContext["unitId"] } : {}),
    ...(typeof key === "string" ? { key } : {}),
  };
}
