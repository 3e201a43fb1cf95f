/** A typed array of at least `length` elements with the same content; doubles, so that growing is O(1) a row. */
export function grown<Column extends Uint8Array | Float64Array>(column: Column, length: number): Column {
  if (column.length >= length) return column;
  const capacity = Math.max(64, 2 ** Math.ceil(Math.log2(length)));
  const larger = new (column.constructor as new (length: number) => Column)(capacity);
  larger.set(column);
  return larger;
}
