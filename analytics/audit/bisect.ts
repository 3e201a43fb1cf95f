import type { UnitHashRange } from "../../protocols/analytics-messages.ts";

const unitMax = (1n << 64n) - 1n;

/**
 * The first unit hash, in 64 halvings at most, over whose range two sides differ. `differs` answers undefined when it
 * could not compare; then nobody can say.
 */
export async function firstDifferingUnit(
  differs: (range: UnitHashRange) => Promise<boolean | undefined>,
): Promise<string | undefined> {
  let from = 0n;
  let to = unitMax;
  while (from < to) {
    const middle = (from + to) >> 1n;
    const left = await differs({ from: String(from), to: String(middle) });
    if (left === undefined) return undefined;
    if (left) to = middle;
    else from = middle + 1n;
  }
  // The last range was never asked for by itself when every left half agreed.
  return (await differs({ from: String(from), to: String(to) })) === true ? String(from) : undefined;
}
