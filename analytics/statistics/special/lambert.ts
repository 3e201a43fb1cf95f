/**
 * −W₋₁(−e^−c): the u ≥ 1 with u − ln u = c, for c ≥ 1. In this form neither end of the branch loses digits: c = 1 is
 * its turning point and a large c the neighbourhood of 0.
 */
export function lowerLambertOfLog(c: number): number {
  if (c <= 1) return 1;
  // Near the turning point u = 1 + s + s²/3 + s³/36 …, s = √(2(c − 1)); far from it u ≈ c + ln c.
  const s = Math.sqrt(2 * (c - 1));
  let u = c < 3 ? 1 + s + (s * s) / 3 + s ** 3 / 36 : c + Math.log(c);
  for (let step = 0; step < 20; step++) {
    const value = u - 1 - Math.log1p(u - 1) - (c - 1);
    const move = (value * u) / (u - 1);
    const next = u - move;
    if (Math.abs(move) <= Number.EPSILON * u) return next;
    u = Math.max(next, 1 + (u - 1) / 2);
  }
  return u;
}
