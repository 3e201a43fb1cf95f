import assert from "node:assert/strict";

/** Same shape and same text; integers equal, other numbers to 1e-9 of their size or of `scale`. */
export function assertNear(actual: unknown, expected: unknown, what: string, scale = 1): void {
  if (typeof expected === "number" && typeof actual === "number") {
    const room =
      Number.isInteger(expected) && /count|units|successes|day$|crossovers|bots|optedOut/.test(what);
    const within = Math.abs(actual - expected) <= (room ? 0 : 1e-9 * Math.max(scale, Math.abs(expected)));
    assert.ok(within, `${what}: ${actual} is not ${expected}`);
  } else if (typeof expected === "object" && expected !== null && actual instanceof Object) {
    const keys = (value: object): string[] => Object.keys(value).sort();
    assert.deepEqual(keys(actual), keys(expected), what);
    for (const [key, value] of Object.entries(expected))
      assertNear((actual as Record<string, unknown>)[key], value, `${what}.${key}`, scale);
  } else assert.deepEqual(actual, expected, what);
}
