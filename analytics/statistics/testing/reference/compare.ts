import type { Tolerance } from "./case.ts";

/** One place where an answer differs. */
export interface Mismatch {
  readonly path: string;
  readonly actual: unknown;
  readonly expected: unknown;
}

/** Every expected key must be answered; keys beyond the expected ones are nobody's business. */
export function mismatchesOf(
  actual: unknown,
  expected: unknown,
  tolerance: Tolerance,
  path = "",
): readonly Mismatch[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return [{ path, actual, expected }];
    return expected.flatMap((item, index) =>
      mismatchesOf(actual[index], item, tolerance, `${path}[${index}]`),
    );
  }
  if (isRecord(expected)) {
    if (!isRecord(actual)) return [{ path, actual, expected }];
    return Object.entries(expected).flatMap(([key, item]) =>
      mismatchesOf(actual[key], item, tolerance, path === "" ? key : `${path}.${key}`),
    );
  }
  return same(numeric(actual), numeric(expected), tolerance) ? [] : [{ path, actual, expected }];
}

function same(actual: unknown, expected: unknown, { rel, abs }: Tolerance): boolean {
  if (typeof expected !== "number" || typeof actual !== "number") return actual === expected;
  if (Object.is(actual, expected) || actual === expected) return true;
  const error = Math.abs(actual - expected);
  return Number.isFinite(expected) && (error <= rel * Math.abs(expected) || error <= abs);
}

/** JSON has no words for these three; the cases write them as strings. */
function numeric(value: unknown): unknown {
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : value;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
