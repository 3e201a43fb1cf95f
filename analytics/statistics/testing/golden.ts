import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { z } from "zod";

/** Reads a golden file; its header says which tools made the numbers. */
export function goldenCases<Case>(name: string, shape: z.ZodType<Case>): readonly Case[] {
  const text = readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8");
  return z.object({ cases: z.array(shape).min(1) }).parse(JSON.parse(text)).cases;
}

export const Tolerance = z.object({ rel: z.number() });

/** |actual − expected| ≤ rel |expected|, or abs where something is so near 0 that rel means nothing. */
export function assertClose(
  actual: number | undefined,
  expected: number,
  rel: number,
  what = "",
  abs = 0,
): void {
  assert.ok(actual !== undefined, `${what} is missing`);
  const error = Math.abs(actual - expected);
  assert.ok(
    error <= Math.max(rel * Math.abs(expected), abs),
    `${what}: ${actual}, expected ${expected} within ${rel}`,
  );
}

/** Takes the member of that kind, or fails with what came instead. */
export function expectKind<Union extends { readonly kind: string }, Kind extends Union["kind"]>(
  value: Union,
  kind: Kind,
): Extract<Union, { kind: Kind }> {
  assert.equal(value.kind, kind, JSON.stringify(value));
  return value as Extract<Union, { kind: Kind }>;
}
