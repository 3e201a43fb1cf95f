// Numbers as people read them. Minus is U+2212, so that digits and signs have one width.

const withMinus = (text: string): string => text.replaceAll("-", "−");

const counts = new Intl.NumberFormat("en");
export const countText = (count: number): string => counts.format(count);

/** A share of 10 000 as a percentage: 2 550 → "25.5%". */
export const shareText = (share: number): string => `${trimmed(share / 100, 2)}%`;

/** 0.0423 → "4.2%"; with `sign` "+4.2%". */
export function percentText(fraction: number, options: { sign?: boolean } = {}): string {
  const percent = fraction * 100;
  const digits = Math.abs(percent) >= 100 ? 0 : Math.abs(percent) >= 0.1 || percent === 0 ? 1 : 2;
  const text = withMinus(percent.toFixed(digits));
  return `${options.sign === true && percent > 0 ? "+" : ""}${text}%`;
}

/** An axis label or a confidence: no digit that is always 0. */
export const tickText = (fraction: number): string =>
  `${fraction > 0 ? "+" : ""}${withMinus(trimmed(fraction * 100, 2))}%`;

/** A mean or a difference at about four significant digits, without an exponent in the usual range. */
export function valueText(value: number, options: { sign?: boolean } = {}): string {
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-4 || size >= 1e9)
      ? value.toExponential(2)
      : trimmed(value, size >= 1_000 ? 1 : size >= 1 ? 3 : 4);
  return `${options.sign === true && value > 0 ? "+" : ""}${withMinus(text)}`;
}

/** Never "0.0000": a p-value is small, not nothing. */
export const pValueText = (pValue: number): string => (pValue < 0.0001 ? "< 0.0001" : pValue.toFixed(4));

const trimmed = (value: number, digits: number): string =>
  new Intl.NumberFormat("en", { maximumFractionDigits: digits }).format(value);

/** 1 234 ms → "1 s ago". `now` is handed in. */
export function agoText(then: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - then) / 1_000));
  if (seconds < 1) return "just now";
  if (seconds < 90) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 36) return `${hours} h ago`;
  return `${Math.round(hours / 24)} days ago`;
}

export const dateText = (instant: number): string =>
  new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" }).format(instant);
