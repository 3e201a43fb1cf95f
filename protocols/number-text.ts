// Numbers as people read them in reports and tables. A number shows the digits that its uncertainty supports, and no more.
// Signs are U+2212, which is as wide as a plus; exponents stay as programs write them.

const minus = "\u2212";
/** Two digits of the uncertainty are what is left of the value beyond it. */
const uncertainDigits = 2;
/** Of what has no uncertainty of its own. */
const significantDigits = 4;
const decimalsMax = 12;
/** An end of an interval may have so many digits more, when it would be rounded to 0 otherwise. */
const endDigitsMax = 4;

interface NumberStyle {
  /** Half the width of the interval around it. Absent: four significant digits. */
  readonly uncertainty?: number | undefined;
  /** Whether a plus is written. */
  readonly sign?: boolean;
}

/** 1234567 → "1,234,567". */
export const countText = (count: number): string => fixed(count, 0, false);

export function valueText(value: number, { uncertainty, sign = false }: NumberStyle = {}): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const isKnown = uncertainty !== undefined && uncertainty > 0 && Number.isFinite(uncertainty);
  const decimals = isKnown
    ? uncertainDigits - 1 - orderOf(uncertainty)
    : significantDigits - 1 - orderOf(value);
  if (size >= 1e12 || size < 1e-6) return exponential(value, isKnown ? size / uncertainty : 1e3, sign);
  return fixed(value, Math.min(decimalsMax, Math.max(0, decimals)), sign);
}

/** 0.0423 → "4.23 %", with a space that does not break. */
export const percentText = (fraction: number, style: NumberStyle = {}): string =>
  `${hundredfold(fraction, style)}\u00a0%`;

/** The difference of two shares, 0.0423 → "4.23 pp": percentage points, which are no per cent of anything. */
export const pointsText = (difference: number, style: NumberStyle = {}): string =>
  `${hundredfold(difference, style)}\u00a0pp`;

const hundredfold = (fraction: number, { uncertainty, sign = false }: NumberStyle): string =>
  valueText(fraction * 100, {
    sign,
    ...(uncertainty === undefined ? {} : { uncertainty: uncertainty * 100 }),
  });

/** Of a share that is known as it is: 0.5 → "50 %", 0.000398 → "0.0398 %". */
export const shareText = (fraction: number): string => `${knownText(fraction * 100)}\u00a0%`;

/** Of a value that is known as it is: 12.5 → "12.5", not "12.50". */
export const knownText = (value: number): string =>
  valueText(value)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");

const forms = { value: valueText, percent: percentText, points: pointsText };

/** Both ends with the digits that the interval itself supports. */
export function intervalText(
  [low, high]: readonly [number, number],
  form: keyof typeof forms = "value",
): string {
  const text = forms[form];
  const shown = (digits: number): readonly [string, string] => {
    const style = { uncertainty: (high - low) / 2 / 10 ** digits, sign: true };
    return [text(low, style), text(high, style)];
  };
  // On which side of 0 an end lies is what an interval is read for: it may not be rounded to 0.
  const isLost = (end: number, written: string): boolean => end !== 0 && !/[1-9]/.test(written);
  for (let digits = 0; digits < endDigitsMax; digits++) {
    const [from, to] = shown(digits);
    if (!isLost(low, from) && !isLost(high, to)) return `${from} to ${to}`;
  }
  return shown(endDigitsMax).join(" to ");
}

/** Small is not nothing: never "0.0000". */
export function pValueText(pValue: number): string {
  if (pValue < 1e-300) return "< 1e-300";
  return pValue < 0.0001 ? pValue.toExponential(2) : pValue.toFixed(4);
}

/** Half its width: what a number in the middle of it is uncertain by. */
export const halfWidth = ([low, high]: readonly [number, number]): number => (high - low) / 2;

/** 2026-11-21 22:30 UTC. */
export const instantText = (instant: number): string =>
  `${new Date(instant).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** Days since 1970 → 2026-11-21. */
export const dayText = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

const orderOf = (value: number): number => Math.floor(Math.log10(Math.abs(value)));

function fixed(value: number, decimals: number, sign: boolean): string {
  const format = new Intl.NumberFormat("en", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    signDisplay: sign ? "exceptZero" : "negative",
  });
  return format.format(value).replace("-", minus);
}

function exponential(value: number, ratio: number, sign: boolean): string {
  const digits = Math.min(6, Math.max(0, Math.ceil(Math.log10(Math.max(1, ratio))) - 1));
  const text = Math.abs(value).toExponential(digits);
  return value < 0 ? minus + text : sign ? `+${text}` : text;
}
