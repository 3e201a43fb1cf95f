// Texts of cells as values. Undefined is "malformed": nothing is guessed.

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A finite decimal number. Not an empty cell, not NaN, not 1,234, not 0x10, not 1e999. */
export function numberCell(text: string): number | undefined {
  const trimmed = text.trim();
  if (!decimal.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/** 1 or 0, in the spellings that exports use. */
export function binaryCell(text: string): boolean | undefined {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === "true") return true;
  if (trimmed === "false") return false;
  const value = numberCell(trimmed);
  return value === 1 ? true : value === 0 ? false : undefined;
}

/** A row that stands for more single events than this is a sum, not a count. */
export const countMax = 1_000;

export function countCell(text: string): number | undefined {
  const value = numberCell(text);
  return value !== undefined && Number.isInteger(value) && value >= 0 && value <= countMax
    ? value
    : undefined;
}

/** Below this, a number of time is in seconds: as milliseconds it would be before March 1973. */
const secondsMax = 1e11;
const instantMax = 8.64e15;
const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Epoch ms of an ISO 8601 date or date-time (UTC unless it says otherwise) or of epoch seconds or milliseconds. */
export function timeCell(text: string): number | undefined {
  const trimmed = text.trim();
  const number = numberCell(trimmed);
  if (number !== undefined) {
    const instant = Math.round(Math.abs(number) < secondsMax ? number * 1_000 : number);
    return Math.abs(instant) <= instantMax ? instant : undefined;
  }
  const match = iso.exec(trimmed);
  if (match === null) return undefined;
  const [, date = "", time = "00:00", offset = "Z"] = match;
  const zone = /^[+-]\d{4}$/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset.toUpperCase();
  const instant = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(instant) ? undefined : instant;
}
