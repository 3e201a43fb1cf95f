import { unitIdOf } from "../../evaluation/unit.ts";
import { fail, succeed, type Issue } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { UnitId, type UnitType } from "../../protocols/ids.ts";
import { parseJson } from "../json-body.ts";

// The body of an upload of units: texts, one a line or in a JSON array, which are pseudonyms or become them here.

const lineTypes = new Set(["application/x-ndjson", "application/ndjson", "application/jsonl"]);
/** As in every other request that names a unit by its raw key. */
const rawKeyLengthMax = 1_024;
/** Mistakes of one body that are named. */
const issuesMax = 20;
/** A pseudonym costs about a microsecond: other requests have their turn in between. */
const unitsPerStep = 256;

/** Plain lines, a JSON text a line, or a JSON array of texts; no type at all is taken for JSON. */
export function textsOf(contentType: string, body: string): Outcome<readonly unknown[]> {
  const mediaType = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (mediaType === "text/plain") return succeed(linesOf(body));
  if (lineTypes.has(mediaType)) {
    const texts: unknown[] = [];
    for (const line of linesOf(body)) {
      const json = parseJson(line);
      if (!json.ok) return json;
      texts.push(json.value);
    }
    return succeed(texts);
  }
  if (mediaType !== "" && mediaType !== "application/json")
    return fail({ code: "unsupported_media_type", contentType: contentType.slice(0, 100) });
  const json = parseJson(body);
  if (!json.ok) return json;
  if (Array.isArray(json.value)) return succeed(json.value);
  return fail({ code: "invalid_request", issues: [{ path: "", message: "must be an array of texts" }] });
}

const linesOf = (body: string): string[] =>
  body
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");

/** Raw keys with what makes pseudonyms of them; undefined: the texts are pseudonyms. */
export type RawKeys = { readonly salt: string; readonly unitType: UnitType } | undefined;

/** Pseudonyms of the texts, in small steps, or what is wrong with the first few. No raw key stands in the answer. */
export function* unitSteps(texts: readonly unknown[], rawKeys: RawKeys): Generator<void, Outcome<UnitId[]>> {
  const units: UnitId[] = [];
  const issues: Issue[] = [];
  for (const [index, text] of texts.entries()) {
    if (index % unitsPerStep === unitsPerStep - 1) yield;
    const unit = rawKeys === undefined ? pseudonym(text) : made(text, rawKeys);
    if (unit.ok) units.push(unit.unit);
    else issues.push({ path: `[${index}]`, message: unit.message });
    if (issues.length === issuesMax) break;
  }
  return issues.length === 0 ? succeed(units) : fail({ code: "invalid_request", issues });
}

type Unit = { readonly ok: true; readonly unit: UnitId } | { readonly ok: false; readonly message: string };

function pseudonym(text: unknown): Unit {
  const parsed = UnitId.safeParse(text);
  return parsed.success
    ? { ok: true, unit: parsed.data }
    : { ok: false, message: "is no unit id: 22 base64url characters" };
}

function made(text: unknown, { salt, unitType }: NonNullable<RawKeys>): Unit {
  if (typeof text !== "string" || text === "" || text.length > rawKeyLengthMax)
    return { ok: false, message: `must be a text of 1 to ${rawKeyLengthMax} characters` };
  return { ok: true, unit: unitIdOf(salt, unitType, text) };
}
