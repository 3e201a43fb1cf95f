// The characters of one unit id as big-endian words, ready to be hashed. An experiment asks for up to four buckets of
// the same unit: its characters are read once.

/** A unit id has 22 characters: five words and a half. */
export const unitIdLength = 22;

/**
 * The unit id that was read last. Whoever reads it does so straight after `readUnit`, with nothing in between that could
 * run foreign code (a getter of a context could evaluate another unit).
 */
export const unitWords = new Int32Array(6);

/** False when the text is no unit id of 22 one-byte characters; then the words mean nothing. */
export function readUnit(unitId: string): boolean {
  if (unitId.length !== unitIdLength) return false;
  let seen = 0;
  for (let index = 0; index < 5; index++) {
    const a = unitId.charCodeAt(index * 4);
    const b = unitId.charCodeAt(index * 4 + 1);
    const c = unitId.charCodeAt(index * 4 + 2);
    const d = unitId.charCodeAt(index * 4 + 3);
    seen |= a | b | c | d;
    unitWords[index] = (a << 24) | (b << 16) | (c << 8) | d;
  }
  const a = unitId.charCodeAt(20);
  const b = unitId.charCodeAt(21);
  unitWords[5] = (a << 24) | (b << 16);
  return (seen | a | b) < 128;
}
