// Instants: RFC 3339 date-times with an offset, or whole or broken epoch milliseconds. A date without a time or a time
// without an offset is somebody's, not an instant. Beyond milliseconds, digits are cut. A leap second (:60) is refused.

const dateTime =
  /^\d{4}-(\d\d)-(\d\d)[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
/** A nanosecond date-time has 35 characters. */
const dateTimeLengthMax = 64;

/** Epoch milliseconds, or undefined for what is no instant. */
export function instantOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || value.length > dateTimeLengthMax) return undefined;
  const parts = dateTime.exec(value);
  if (parts === null || !isDay(Number(value.slice(0, 4)), Number(parts[1]), Number(parts[2])))
    return undefined;
  const time = Date.parse(value.toUpperCase().replace(" ", "T"));
  return Number.isNaN(time) ? undefined : time;
}

/** Engines disagree whether 30 February is 1 March or nothing. */
function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day <= last;
}
