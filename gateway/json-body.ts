import type { z } from "zod";
import { fail, issuesOf, succeed } from "../protocols/errors.ts";
import type { Answer as Outcome } from "../protocols/failures.ts";

export function parseJson(body: string): Outcome<unknown> {
  try {
    return succeed(JSON.parse(body) as unknown);
  } catch (error) {
    // The parser's text quotes the body, which may hold raw keys: only its first words are passed on.
    const message = error instanceof Error ? (error.message.split(/[,:] |\n| in JSON/)[0] ?? "") : "";
    return fail({ code: "malformed_json", message: message.slice(0, 100) });
  }
}

/** A body as this schema wants it, or everything that is wrong with it. Nothing at all stands for `{}`. */
export function parseBody<Value>(schema: z.ZodType<Value>, body: string): Outcome<Value> {
  const json = parseJson(body === "" ? "{}" : body);
  return json.ok ? parseValue(schema, json.value) : json;
}

/** The schema's word. JSON may nest deeper than our stack: that is the sender's mistake, not a defect. */
export function parseValue<Value>(schema: z.ZodType<Value>, value: unknown): Outcome<Value> {
  try {
    const parsed = schema.safeParse(value);
    return parsed.success
      ? succeed(parsed.data)
      : fail({ code: "invalid_request", issues: issuesOf(parsed.error) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return fail({ code: "invalid_request", issues: [{ path: "", message: "is nested too deeply" }] });
  }
}
