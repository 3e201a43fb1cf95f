/** What a number a row is kept in. */
export type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** Below this many elements room is cheap, and growing is what costs. */
const smallLength = 65_536;
/** Of a large column an eighth stays free at most, so growing copies each element nine times: 72 bytes moved for 8. */
const largeFactor = 1.125;

/** A typed array of at least `length` elements with the same content and zeros behind it. */
export function grown<C extends Column>(column: C, length: number): C {
  if (column.length >= length) return column;
  const capacity = length < smallLength ? Math.max(64, length * 1.5) : length * largeFactor;
  const larger = new (column.constructor as new (length: number) => C)(Math.ceil(capacity));
  larger.set(column);
  return larger;
}

/** A copy that owns its memory: what a snapshot's bytes were decoded to is a view of them. */
export const owned = <C extends Column>(column: C): C => column.slice() as C;
