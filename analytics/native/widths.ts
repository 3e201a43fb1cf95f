/** Bytes of a value, by ClickHouse's name for its type: in the Native format numbers lie as they do in memory. */
export const widths = { UInt8: 1, UInt32: 4, UInt64: 8, Float64: 8 } as const;
export type NumberType = keyof typeof widths;
export const isNumberType = (name: string): name is NumberType => Object.hasOwn(widths, name);
