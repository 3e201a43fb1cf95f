import type { Mismatch } from "./compare.ts";

/** For a person: what came, what was expected, and how far apart they are. */
export function sentence({ path, actual, expected }: Mismatch): string {
  const apart =
    typeof actual === "number" && typeof expected === "number" && expected !== 0
      ? ` (off by ${(Math.abs(actual - expected) / Math.abs(expected)).toExponential(1)})`
      : "";
  return `${path}: ${textOf(actual)}, expected ${textOf(expected)}${apart}`;
}

const textOf = (value: unknown): string =>
  typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "nothing");
