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

/** A body as this schema wants it, or everything that is wrong with it. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: string): Outcome<z.infer<Schema>> {
  const json = parseJson(body === "" ? "{}" : body);
  if (!json.ok) return json;
  const parsed = schema.safeParse(json.value);
  return parsed.success
    ? succeed(parsed.data)
    : fail({ code: "invalid_request", issues: issuesOf(parsed.error) });
}
