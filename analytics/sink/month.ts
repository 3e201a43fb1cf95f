/** As far as DateTime64(3) reaches; a backfill from before 1900 is placed at its edge. */
export const timeMin = Date.UTC(1900, 0, 1);
export const timeMax = Date.UTC(2299, 11, 31, 23, 59, 59, 999);

const monthsCount = 12 * 400;
const starts = Float64Array.from({ length: monthsCount + 1 }, (_, month) => Date.UTC(1900, month, 1));
const meanMonthMs = (timeMax + 1 - timeMin) / monthsCount;

/** The month, UTC, as toYYYYMM says it: 202611. Looked up, since a row is too small a thing to make a Date for. */
export function monthOf(ts: number): number {
  let month = Math.min(monthsCount - 1, Math.floor((ts - timeMin) / meanMonthMs)); // at most one off
  while (ts < (starts[month] ?? timeMin)) month--;
  while (ts >= (starts[month + 1] ?? Number.POSITIVE_INFINITY)) month++;
  return 190_001 + Math.floor(month / 12) * 100 + (month % 12);
}
